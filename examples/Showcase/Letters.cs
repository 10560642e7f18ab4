using Microsoft.Extensions.AI;

namespace Showcase;

/// <summary>A made-up model: a text's vector counts its pieces of some letters.</summary>
internal sealed class Letters(int length) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int Dimensions = 32;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        return [.. values.Select(text => new Embedding<float>(VectorOf(text)))];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private float[] VectorOf(string text)
    {
        var vector = new float[Dimensions];
        for (var i = 0; i + length <= text.Length; i++)
            vector[text.AsSpan(i, length).ToArray().Aggregate(0, (hash, letter) => ((hash * 31) + letter) % Dimensions)]++;
        return vector;
    }
}
