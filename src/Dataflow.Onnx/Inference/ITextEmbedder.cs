using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Inference;

/// <summary>What workers call for vectors: a model in this process, or whatever a generator stands for.</summary>
internal interface ITextEmbedder
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Equal for models that give equal vectors; null where that is not known.</summary>
    string? Id { get; }

    /// <summary>What the plan shows.</summary>
    string Detail { get; }

    /// <summary>Whether a text's vector changes with the texts beside it.</summary>
    bool DependsOnBatch { get; }

    /// <summary>The most texts that a call is given.</summary>
    int MaxTexts { get; }

    /// <summary>Embeds texts, in their order.</summary>
    /// <exception cref="ModelException">It failed on one of the texts; any other error is that of who was called.</exception>
    ValueTask<EmbeddedText[]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}
