using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Versions;

namespace Dataflow.Onnx;

/// <summary>The models that receive a text: one answers, another may be tried beside it.</summary>
internal readonly record struct AskedModels(ITextEmbedder Answers, ITextEmbedder? Tried = null, Trial? Trial = null);

internal static class EmbedNode
{
    public static string TopicOf(Pipeline pipeline, string name) => $"{pipeline.Name}.{name}.results";

    /// <summary>Emits results in the order of each key, even if the next run has another number of workers.</summary>
    public static EmbedNode<Keyed<TKey, T>, TOut> ByKey<TKey, T, TOut>(this EmbedNode<Keyed<TKey, T>, TOut> node)
        where TKey : notnull
        => node with { Order = CallOrder.OfKeys<TKey, T>() };
}

internal sealed record EmbedNode<T, TOut>(
    string Name, Node<T> Input, IReadOnlyList<ITextEmbedder> Embedders, Func<T, string?> Text, InferenceOptions Options)
    : Node<T, TOut>(Name, Input)
{
    public required Func<T, AskedModels> Models { get; init; }

    /// <summary>Computes the result of value, vector, and the tried model's vector.</summary>
    public required Func<T, float[], float[]?, TOut> Result { get; init; }

    /// <summary>The order of a keyed stream; null: that of the input.</summary>
    public CallOrder<T>? Order { get; init; }

    /// <summary>Whether a value, such as a deleted row, has no text, and its result no vector; null: all have one.</summary>
    public Predicate<T>? HasNoText { get; init; }

    /// <summary>The output for values whose text fails; null: they become dead letters.</summary>
    public Output<DeadLetter>? Failed { get; init; }

    public override NewTopic? Creates => new(Topic, 1);

    public required string Topic { get; init; }

    public override bool WritesDeadLetters => Failed is null;

    public override string Detail
        => $"{string.Join("; ", Embedders.Select(static embedder => embedder.Detail))}{(Options.IsBackfill ? ", backfill" : "")}";

    public override IEnumerable<string> Check()
        => Embedders.SelectMany(embedder => Inference.Embedders.FaultsOf(embedder, Options), (_, fault) => $"step '{Name}': {fault}");

    public override Operator<T, TOut> CreateOperator() => new EmbedOperator<T, TOut>(this);
}
