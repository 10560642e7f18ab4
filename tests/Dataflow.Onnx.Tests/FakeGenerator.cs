using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Dataflow.Onnx.Tests;

/// <summary>Stands for a service: a text's vector is its length and its first character, unless told otherwise. What it was asked is
/// kept.</summary>
internal sealed class FakeGenerator(string? model = "fake") : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>Called before each answer; may wait and may throw.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task> Before { get; init; } = static (_, _) => Task.CompletedTask;

    public Func<string, float[]> Vector { get; init; } = VectorOf;

    /// <summary>The calls that were answered.</summary>
    public ConcurrentQueue<string[]> Answered { get; } = [];

    /// <summary>All calls.</summary>
    public ConcurrentQueue<string[]> Asked { get; } = [];

    public static float[] VectorOf(string text) => [text.Length, text.Length == 0 ? 0 : text[0]];

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var texts = values.ToArray();
        Asked.Enqueue(texts);
        await Task.Yield();
        await Before(texts, cancellationToken);
        Answered.Enqueue(texts);
        return new(texts.Select(text => new Embedding<float>(Vector(text))))
        {
            Usage = new UsageDetails { InputTokenCount = texts.Sum(text => text.Length) },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
        => serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("tests", null, model, 2) : null;

    public void Dispose()
    {
    }
}
