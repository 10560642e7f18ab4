using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Dataflow.Onnx;
using Dataflow.Perf.Embedding;

// Embeds the same sentences in three ways, in turns, and prints what each reached:
// Embedding [texts] [rounds] [callers] [another tokenizer.json]
var texts = ReadTexts(Argument(0, 1000));
var (rounds, callers) = (Argument(1, 5), Argument(2, Environment.ProcessorCount));
var directory = Path.Combine(AppContext.BaseDirectory, "model");
Console.WriteLine($"WordPiece: {Ways.Tokenizer(WordPieceTokenizer.FromVocabulary(Path.Combine(directory, "vocab.txt")), texts)}");
if (args is [_, _, _, var file]) Console.WriteLine($"{file}: {Ways.Tokenizer(TextTokenizer.FromJson(file), texts)}");
using var model = EmbeddingModel.Load(directory);
using var raw = new RawRuntime(directory, texts);
Console.WriteLine($"{texts.Length} texts, {raw.Tokens} tokens, {callers} callers");

raw.Run(callers); // warms all of it up
Ways.Model(model, texts, callers);
await Ways.PipelineAsync(model, texts, callers);
List<(Effort Raw, Effort Model, Effort Pipeline)> efforts = [];
for (var round = 1; round <= rounds; round++)
{
    efforts.Add((raw.Run(callers), Ways.Model(model, texts, callers), await Ways.PipelineAsync(model, texts, callers)));
    var (runtime, embedding, pipeline) = efforts[^1];
    Console.WriteLine(
        $"round {round}: ONNX Runtime {runtime.Rates(texts.Length)}; EmbeddingModel {embedding.Rates(texts.Length)}; Embed in a pipeline "
            + $"{pipeline.Rates(texts.Length)}");
}

Console.WriteLine($"EmbeddingModel / ONNX Runtime: {Ratio(round => round.Model)}");
Console.WriteLine($"Embed in a pipeline / ONNX Runtime: {Ratio(round => round.Pipeline)}");
Console.WriteLine($"tokens by ONNX Runtime: {raw.Tokens / efforts.Min(round => round.Raw.Processor):0} per second of processor time");

string Ratio(Func<(Effort Raw, Effort Model, Effort Pipeline), Effort> way)
    => $"texts/s {Median(round => round.Raw.Seconds / way(round).Seconds)}, texts per second of processor time "
        + $"{Median(round => round.Raw.Processor / way(round).Processor)}";

string Median(Func<(Effort Raw, Effort Model, Effort Pipeline), double> of)
{
    var sorted = efforts.Select(of).Order().ToArray();
    return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.000} ({sorted[0]:0.000} to {sorted[^1]:0.000})");
}

int Argument(int at, int unlessGiven) => at < args.Length ? int.Parse(args[at], CultureInfo.InvariantCulture) : unlessGiven;

static string[] ReadTexts(int count)
{
    using var lines = new StreamReader(
        new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "speeches.jsonl.gz")), CompressionMode.Decompress));
    var texts = new HashSet<string>();
    while (texts.Count < count
        && lines.ReadLine() is { } line) texts.Add(JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!);
    return [.. texts];
}
