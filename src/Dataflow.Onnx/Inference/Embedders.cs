using Microsoft.Extensions.AI;

namespace Dataflow.Onnx.Inference;

/// <summary>Adapts the user's generators for workers.</summary>
internal static class Embedders
{
    /// <param name="generator">The user's generator.</param>
    /// <param name="options">The options of its calls.</param>
    /// <param name="version">The user's name for it, beside other versions of it.</param>
    public static ITextEmbedder Of(
        IEmbeddingGenerator<string, Embedding<float>> generator, InferenceOptions options, string? version = null)
        => generator is EmbeddingModel model
            ? new ModelEmbedder(model, options, version) : new GeneratorEmbedder(generator, options, version);

    /// <summary>Finds the faults of a model with these options.</summary>
    public static IEnumerable<string> FaultsOf(ITextEmbedder embedder, InferenceOptions options)
    {
        if (embedder.Id is null)
            yield return "its generator does not say which model it calls, and results are kept by model. Name it, as ModelId in the "
                + "options.";
        if (embedder.DependsOnBatch && options.BatchTokens is not null)
            yield return $"model '{embedder.Name}' gives a text another vector when others share its call. Leave BatchTokens out.";
    }
}
