using Dataflow.Onnx;
using Microsoft.Extensions.AI;

namespace Dataflow.EmbedTarget;

/// <summary>A model behind a connection that is slow and now and then breaks.</summary>
public sealed class FlakyGenerator(EmbeddingModel model) : IEmbeddingGenerator<string, Embedding<float>>
{
    public bool Fails { get; init; } = true;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Task.Delay(1, cancellationToken);
        if (Fails && Random.Shared.Next(3) == 0) throw new IOException("The connection broke.");
        return await model.GenerateAsync(values, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => model.GetService(serviceType, serviceKey);

    public void Dispose()
    {
    }
}
