using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Inference;

/// <summary>A model that workers call for vectors: in this process, or behind a generator.</summary>
internal interface ITextEmbedder
{
    /// <summary>The name, for people.</summary>
    string Name { get; }

    /// <summary>An identifier, equal for models that give equal vectors; null where that is not known.</summary>
    string? Id { get; }

    /// <summary>The details that the plan shows.</summary>
    string Detail { get; }

    /// <summary>Whether a text's vector changes with the other texts of its call.</summary>
    bool DependsOnBatch { get; }

    /// <summary>The largest number of texts of a call.</summary>
    int MaxTexts { get; }

    /// <summary>Embeds texts, in their order.</summary>
    /// <exception cref="ModelException">It failed on one of the texts; any other error is the model's or service's own.</exception>
    ValueTask<EmbeddedText[]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}
