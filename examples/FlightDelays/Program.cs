using Dataflow;
using Dataflow.Log;
using FlightDelays;
using Spectre.Console;

var tellsStory = args is ["story", ..];
var folder = args is [.., "--data", var given] ? given : Path.Combine(Path.GetTempPath(), "dataflow-flight-delays");
Directory.CreateDirectory(folder);
AnsiConsole.MarkupLineInterpolated($"All that is written goes to [blue]{Path.GetFullPath(folder)}[/]");

try
{
    await using var log = LogStore.Open(Path.Combine(folder, "log"));
    var data = AppContext.BaseDirectory;
    await Show.RunAsync("ingest", Pipelines.Ingest(Path.Combine(data, "flights.parquet")), log);

    if (tellsStory)
    {
        await Story.RunAsync(log, folder);
        return 0;
    }

    var arrow = Path.Combine(folder, "airport-delays.arrow");
    var features = Pipelines.Features(Path.Combine(data, "airports.csv"), arrow);
    AnsiConsole.WriteLine(features.Explain().ToString());
    var run = await Show.RunAsync("features", features, log);

    Show.Worst(Pipelines.AirportDelays.ReadAll(log));
    Show.Totals(run, arrow);
    return 0;
}
catch (DataflowException error)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{error.Message}[/]");
    return 1;
}
