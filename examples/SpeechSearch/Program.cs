using Dataflow;
using Dataflow.Log;
using Dataflow.Onnx;
using SpeechSearch;
using Spectre.Console;

var arguments = Arguments.Of(args);
Directory.CreateDirectory(arguments.Folder);
AnsiConsole.MarkupLineInterpolated($"All that is written goes to [blue]{arguments.Folder}[/]");

try
{
    var data = AppContext.BaseDirectory;
    using var model = EmbeddingModel.Load(Path.Combine(data, "model"));
    await using var log = LogStore.Open(Path.Combine(arguments.Folder, "log"));

    var file = Path.Combine(data, "speeches.jsonl.gz");
    using var index = VectorIndex.Exact<string, SentenceVector>(model.Dimensions);
    var workers = new InferenceWorkers();
    await Show.EmbeddingAsync(Search.Pipeline(file, model, workers, index), log, workers, index, Search.CountSentences(file));
    Show.Nearest(arguments.Query, index.Search(model.Embed(arguments.Query), count: 5));
    return 0;
}
catch (DataflowException error)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{error.Message}[/]");
    return 1;
}
