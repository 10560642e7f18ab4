using Microsoft.Extensions.AI;

namespace Dataflow.Onnx.Inference;

/// <summary>Makes what workers call of what the user gave.</summary>
internal static class Embedders
{
    public static ITextEmbedder Of(IEmbeddingGenerator<string, Embedding<float>> generator, InferenceOptions options)
        => generator is EmbeddingModel model ? new ModelEmbedder(model, options) : new GeneratorEmbedder(generator, options);
}
