using Dataflow.Planning;

namespace Dataflow.Extensibility;

/// <summary>The aggregate that each worker begins before the exchange in front of a step, so that many records of a key cross it as one
/// accumulator.</summary>
/// <remarks>
/// The step's node returns it as <see cref="Node.PartialAggregation"/>, and its operator is an
/// <see cref="ITakesParts{TKey, TAccumulator}"/>; a step of windows also saves its watermark
/// (<see cref="StepCheckpoint.SaveWatermark"/>), by which workers know what is late. The engine decides whether to use it: only where the
/// aggregate says <see cref="Aggregation{T, TResult}.CanCombine"/> and nothing else reads the exchange, and, where failing records are left
/// out, where merging cannot fail (<see cref="Aggregation{T, TAccumulator, TResult}.MergeMayFail"/>). The plan shows it.
/// </remarks>
/// <example><code>
/// public override PartialAggregation PartialAggregation => PartialAggregation.Of(Input, Aggregation, new Alike(LengthMs));
/// </code></example>
public abstract class PartialAggregation
{
    private protected PartialAggregation()
    {
    }

    /// <summary>Whether the result is the same however the values are split, so that the aggregate may begin before the exchange.</summary>
    internal abstract bool CanCombine { get; }

    /// <summary>Whether merging two accumulators may fail: then the records in them cannot be told apart any more.</summary>
    internal abstract bool MergeMayFail { get; }

    /// <summary>Describes the aggregate of a step.</summary>
    /// <param name="input">The step's input; it says the types of keys and values.</param>
    /// <param name="aggregation">The aggregate.</param>
    /// <param name="windows">The windows of the step; null: it aggregates all values of a key.</param>
    public static PartialAggregation Of<TKey, T, TAccumulator, TResult>(
        Node<Keyed<TKey, T>> input, Aggregation<T, TAccumulator, TResult> aggregation, AlignedWindows? windows = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(aggregation);
        return new PartialAggregation<TKey, T, TAccumulator, TResult>(aggregation, windows);
    }

    /// <summary>Whether the records of an exchange are those that the aggregate takes.</summary>
    internal abstract bool IsFor(Node exchange);

    /// <summary>Whether a step takes what was begun.</summary>
    internal abstract bool IsTakenBy(Operator step);
}

/// <summary>The aggregate with the types of the exchange's records.</summary>
internal abstract class PartialAggregation<TKey, T> : PartialAggregation
    where TKey : notnull
{
    internal override bool IsFor(Node exchange) => exchange is KeyExchangeNode<TKey, T>;

    /// <summary>Builds the exchange with the aggregate before it.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="step">The step behind it that takes what was begun.</param>
    /// <param name="builder">The builder of the worker.</param>
    internal abstract Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, Node step, IPlanBuilder builder);
}

internal sealed class PartialAggregation<TKey, T, TAccumulator, TResult>(
    Aggregation<T, TAccumulator, TResult> aggregation, AlignedWindows? windows) : PartialAggregation<TKey, T>
    where TKey : notnull
{
    internal override bool CanCombine => aggregation.CanCombine;

    internal override bool MergeMayFail => aggregation.MergeMayFail;

    internal override bool IsTakenBy(Operator step) => step is ITakesParts<TKey, TAccumulator>;

    internal override Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, Node step, IPlanBuilder builder)
        => builder.CombiningExchange(exchange, step, aggregation, windows);
}
