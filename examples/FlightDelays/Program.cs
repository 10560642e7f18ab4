using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Examples;
using Dataflow.Kafka;
using Dataflow.Log;
using FlightDelays;
using Spectre.Console;

if (Arguments.Of(args) is not { } arguments)
{
    Console.WriteLine(Arguments.Usage);
    return args is ["--help" or "-h"] ? 0 : 2;
}

try
{
    AnsiConsole.MarkupLineInterpolated($"All that is written goes to [blue]{arguments.Kafka ?? arguments.Folder}[/]");
    await using PartitionedLog log = arguments.Kafka is { } kafka
        ? await KafkaLog.ConnectAsync(new KafkaCluster(kafka)) : LogStore.Open(Path.Combine(arguments.Folder, "log"));
    await using var page = arguments.ShowsDashboard ? await DashboardServer.StartAsync(() => Show.Jobs) : null;
    if (page is not null) AnsiConsole.MarkupLineInterpolated($"The dashboard is at [blue]{page.Uri}[/]");
    var data = AppContext.BaseDirectory;
    await Show.RunAsync("ingest", Pipelines.Ingest(Path.Combine(data, "flights.parquet")), log);

    if (arguments.TellsStory) await Story.RunAsync(log, arguments.Folder);
    else await FeaturesAsync();
    if (page is not null)
    {
        AnsiConsole.WriteLine("The dashboard stays until Ctrl-C.");
        await CtrlC.UntilAsync();
    }
    return 0;

    async Task FeaturesAsync()
    {
        var arrow = Path.Combine(arguments.Folder, arguments.Kafka is null ? "airport-delays.arrow" : "airport-delay-parts");
        var features = Pipelines.Features(Path.Combine(data, "airports.csv"), arrow);
        AnsiConsole.WriteLine(features.Explain().ToString());
        var run = await Show.RunAsync("features", features, log);

        Show.Worst(Pipelines.AirportDelays.ReadAll(log));
        Show.Totals(run, arrow);
    }
}
catch (OperationCanceledException)
{
    AnsiConsole.WriteLine("Stopped. Started again on the same log it carries on from there.");
    return 130;
}
catch (CheckpointException error)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{error.Message}[/]");
    AnsiConsole.WriteLine($"This example begins anew where you delete {arguments.Folder}, or give it another folder with --data.");
    return 1;
}
catch (Exception error) when (error is DataflowException or IOException or UnauthorizedAccessException)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{error.Message}[/]");
    return 1;
}
