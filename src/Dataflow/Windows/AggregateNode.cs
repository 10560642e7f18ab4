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

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator() => Windows switch
    {
        AlignedWindows aligned => new PaneOperator<TKey, T, TAccumulator, TResult, TOut>(aligned, Aggregation, Result),
        SessionWindows sessions => new SessionOperator<TKey, T, TAccumulator, TResult, TOut>(sessions, Input.Id, Aggregation, Result),
        CountWindows counts => new CountOperator<TKey, T, TAccumulator, TResult, TOut>(counts, Aggregation, Result),
        _ => throw new NotSupportedException($"No step aggregates '{Windows}'."),
    };
}
