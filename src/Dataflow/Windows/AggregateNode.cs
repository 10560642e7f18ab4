using Dataflow.State;

namespace Dataflow.Windows;

internal sealed record AggregateNode<TKey, T, TAccumulator, TResult, TOut>(
    string Name,
    Node<Keyed<TKey, T>> Input,
    WindowSpec Windows,
    Aggregation<T, TAccumulator, TResult> Aggregation,
    Func<TKey, Window, TResult, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    internal override string Detail => Aggregation.Name;

    internal override string StateSignature
        => $"{Windows.Text}, {Aggregation.Name}, {TypeNames.Of(typeof(TKey))} -> {StateCodec<TAccumulator>.Signature}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
        => new AggregateOperator<TKey, T, TAccumulator, TResult, TOut>(Windows, Aggregation, Result);
}
