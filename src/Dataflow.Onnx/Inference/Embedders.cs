using Microsoft.Extensions.AI;

namespace Dataflow.Onnx.Inference;

/// <summary>Makes what workers call of what the user gave.</summary>
internal static class Embedders
{
    /// <param name="generator">What the user gave.</param>
    /// <param name="options">How it is called.</param>
    /// <param name="version">What the user calls it, beside other versions of it.</param>
    public static ITextEmbedder Of(IEmbeddingGenerator<string, Embedding<float>> generator, InferenceOptions options, string? version = null)
        => generator is EmbeddingModel model ? new ModelEmbedder(model, options, version) : new GeneratorEmbedder(generator, options, version);

    /// <summary>What is wrong with a model that is to be called so.</summary>
    public static IEnumerable<string> FaultsOf(ITextEmbedder embedder, InferenceOptions options)
    {
        if (embedder.Id is null)
            yield return "its generator does not say which model it calls, and results are kept by model. Name it, as ModelId in the options.";
        if (embedder.DependsOnBatch && options.BatchTokens is not null)
            yield return $"model '{embedder.Name}' gives a text another vector when others share its call. Leave BatchTokens out.";
    }
}
