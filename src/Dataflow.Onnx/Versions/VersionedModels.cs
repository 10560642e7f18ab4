using System.Collections.Concurrent;
using Dataflow.Onnx.Inference;

namespace Dataflow.Onnx.Versions;

/// <summary>The versions of a model, prepared for a step's calls.</summary>
internal sealed class VersionedModels(ModelVersions versions, InferenceOptions options)
{
    private readonly ConcurrentDictionary<string, ITextEmbedder> _embedders = new(StringComparer.Ordinal);

    /// <summary>The present versions.</summary>
    public IReadOnlyList<ITextEmbedder> All => [.. versions.Names.Select(EmbedderOf)];

    public AskedModels Of(VersionChoice choice) => choice.Tried is null
        ? new(EmbedderOf(choice.Answers))
        : new(EmbedderOf(choice.Answers), EmbedderOf(choice.Tried), versions.TrialOf(choice));

    public static VersionedVector VectorOf(VersionChoice choice, float[] vector, float[]? tried)
        => new(choice.Answers, vector) { Tried = tried is null ? null : new(choice.Tried!, tried) };

    private ITextEmbedder EmbedderOf(string version) => _embedders.GetOrAdd(version, added => versions.Embedder(added, options));
}
