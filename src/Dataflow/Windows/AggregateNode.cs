namespace Dataflow.Windows;

internal sealed record AggregateNode<TKey, T, TAccumulator, TResult, TOut>(
    string Name,
    Node<Keyed<TKey, T>> Input,
    WindowSpec Windows,
    Trigger Trigger,
    Aggregation<T, TAccumulator, TResult> Aggregation,
    Func<TKey, Window, TResult, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override PartialAggregation? PartialAggregation
        => Windows is AlignedWindows aligned && Trigger == Trigger.AtEnd ? PartialAggregation.Of(Input, Aggregation, aligned) : null;

    public override string Detail => Aggregation.Name;

    public override string StateSignature => $"{Windows}{(Trigger == Trigger.AtEnd ? "" : ", triggered")}, {Aggregation.Name}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
    {
        var aggregate = new WindowAggregate<TKey, T, TAccumulator, TResult, TOut>(Aggregation, Result, Trigger, Filter: Input);
        if (Windows is not AlignedWindows aligned) return ((KeyWindows)Windows).CreateOperator(aggregate);
        return Trigger == Trigger.AtEnd
            ? new PaneOperator<TKey, T, TAccumulator, TResult, TOut>(aligned, aggregate)
            : new TriggerOperator<TKey, T, TAccumulator, TResult, TOut>(aligned, aggregate);
    }
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
