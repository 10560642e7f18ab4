using Dataflow.Planning;

namespace Dataflow.Windows;

internal sealed record AggregateNode<TKey, T, TAccumulator, TResult, TOut>(
    string Name,
    Node<Keyed<TKey, T>> Input,
    WindowSpec Windows,
    Trigger Trigger,
    Aggregation<T, TAccumulator, TResult> Aggregation,
    Func<TKey, Window, TResult, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input), ICombines<TKey, T>
    where TKey : notnull
{
    public bool CanCombine => Windows is AlignedWindows && Trigger.IsAtEnd && Aggregation.CanCombine;

    public bool MergeMayFail => Aggregation.MergeMayFail;

    public override string Detail => Aggregation.Name;

    public override string StateSignature => $"{Windows.Text}{(Trigger.IsAtEnd ? "" : ", triggered")}, {Aggregation.Name}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator() => Windows switch
    {
        AlignedWindows aligned when Trigger.IsAtEnd
            => new PaneOperator<TKey, T, TAccumulator, TResult, TOut>(aligned, Aggregation, Result),
        AlignedWindows aligned
            => new TriggerOperator<TKey, T, TAccumulator, TResult, TOut>(aligned, Trigger, Aggregation, Result),
        SessionWindows sessions
            => new SessionOperator<TKey, T, TAccumulator, TResult, TOut>(sessions, Trigger, Input.Id, Aggregation, Result),
        CountWindows counts => new CountOperator<TKey, T, TAccumulator, TResult, TOut>(counts, Aggregation, Result),
        SlidingWindows sliding => new SlidingOperator<TKey, T, TAccumulator, TResult, TOut>(sliding, Aggregation, Result),
        _ => throw new NotSupportedException($"No step aggregates '{Windows}'."),
    };

    public Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, IPlanBuilder builder)
        => builder.CombiningExchange(exchange, this, Aggregation, (AlignedWindows)Windows);
}

/// <summary>Creates the node with the type of the accumulator.</summary>
internal sealed class AggregateNodeOf<TKey, T, TResult, TOut>(
    string name, string namedBy, Node<Keyed<TKey, T>> input, WindowSpec windows, Trigger trigger, Func<TKey, Window, TResult, TOut> result)
    : IAggregationVisitor<T, TResult, Node<Keyed<TKey, T>, Keyed<TKey, TOut>>>
    where TKey : notnull
{
    public Node<Keyed<TKey, T>, Keyed<TKey, TOut>> Visit<TAccumulator>(Aggregation<T, TAccumulator, TResult> aggregation)
        => new AggregateNode<TKey, T, TAccumulator, TResult, TOut>(name, input, windows, trigger, aggregation, result)
        {
            NamedBy = namedBy,
        };
}
