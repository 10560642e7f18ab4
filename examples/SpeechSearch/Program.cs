using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Examples;
using Dataflow.Log;
using Dataflow.Onnx;
using Dataflow.Vectors;
using Spectre.Console;
using SpeechSearch;

if (Arguments.Of(args) is not { } arguments)
{
    Console.WriteLine(Arguments.Usage);
    return args is ["--help" or "-h"] ? 0 : 2;
}

var data = AppContext.BaseDirectory;
var (file, models) = (Path.Combine(data, "speeches.jsonl.gz"), Path.Combine(data, "model"));
try
{
    if (arguments.Swaps)
    {
        await using var memory = LogStore.Open("swap", new LogOptions { Durability = Durability.Memory });
        await new Swap(memory, file, models).RunAsync();
        return 0;
    }

    Directory.CreateDirectory(arguments.Folder);
    AnsiConsole.MarkupLineInterpolated($"All that is written goes to [blue]{arguments.Folder}[/]");
    using var model = EmbeddingModel.Load(models);
    await using var log = LogStore.Open(Path.Combine(arguments.Folder, "log"));
    using var index = VectorIndex.Exact<string, SentenceVector>(model.Dimensions);
    var workers = new InferenceWorkers();
    await using var page = arguments.ShowsDashboard
        ? await DashboardServer.StartAsync(() => Show.Jobs, new DashboardServerOptions { ShowsValues = true }) : null;
    if (page is not null) AnsiConsole.MarkupLineInterpolated($"The dashboard is at [blue]{page.Uri}[/]");
    await Show.EmbeddingAsync(Search.Pipeline(file, model, workers, index), log, workers, index, Search.CountSentences(file));
    Show.Nearest(arguments.Query, index.Search(model.Embed(arguments.Query), count: 5));
    if (page is not null)
    {
        AnsiConsole.WriteLine("The dashboard stays until Ctrl-C.");
        await CtrlC.UntilAsync();
    }
    return 0;
}
catch (OperationCanceledException)
{
    AnsiConsole.WriteLine("Stopped. Started again on the same folder it carries on from there.");
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
