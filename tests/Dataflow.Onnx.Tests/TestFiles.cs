using System.Text.Json;

namespace Dataflow.Onnx.Tests;

/// <summary>The model that the repository carries, and what the reference makes of some texts.</summary>
internal static class TestFiles
{
    public const string ModelSha256 = "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1";


    public static string Model { get; } = Repository.PathOf("examples/SpeechSearch/model");

    public static string Vocabulary { get; } = Path.Combine(Model, "vocab.txt");

    public static GoldenText[] Texts { get; } = Read<GoldenText>("tokens.jsonl");

    public static GoldenText[] BytePairTexts { get; } = Read<GoldenText>("byte-pair-tokens.jsonl");

    public static GoldenText[] ComposedTexts { get; } = Read<GoldenText>("composed-tokens.jsonl");

    public static GoldenVector[] Vectors { get; } = Read<GoldenVector>("embeddings.jsonl");

    public static long[][] CasedIds { get; } = Read<long[]>("cased-tokens.jsonl");

    public static GoldenOtherRules[] OtherRules { get; } = Read<GoldenOtherRules>("other-rules-tokens.jsonl");

    public static GoldenVector VectorOf(string line) => JsonSerializer.Deserialize<GoldenVector>(line, JsonSerializerOptions.Web)!;

    public static string Golden(string name) => Repository.PathOf($"tests/Dataflow.Onnx.Tests/Goldens/{name}");

    private static T[] Read<T>(string name) =>
    [
        .. File.ReadLines(Golden(name))
            .Select(line => JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)!),
    ];
}

internal sealed record GoldenText(string Kind, string Text, long[] Ids);

internal sealed record GoldenOtherRules(int Line, long[] Lower, long[] Strip);

internal sealed record GoldenVector(int Line, int Tokens, float[] Vector);
