using Dataflow;

namespace Stranger.Calls;

/// <summary>A step whose results are not what its calls return: built on the operator that leaves order and results open.</summary>
internal static class TagStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Gives each value the tag that a service finds for it; the values of a key keep their order.</summary>
        public KeyedStream<TKey, TOut> Tag<TOut>(
            Func<T, CancellationToken, Task<string>> service, Func<T, string, TOut> result, AsyncOptions? options = null,
            string name = "tag")
            => stream.Add(input => new TagNode<TKey, T, TOut>(name, input, service, result, options ?? new()));
    }
}

internal sealed record TagNode<TKey, T, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Func<T, CancellationToken, Task<string>> Service, Func<T, string, TOut> Result,
    AsyncOptions Options)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override string Detail => Options.Detail;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator() => new TagOperator<TKey, T, TOut>(this);
}

internal sealed class TagOperator<TKey, T, TOut>(TagNode<TKey, T, TOut> node)
    : CallingOperator<Keyed<TKey, T>, string, Keyed<TKey, TOut>>(node.Options, CallOrder.OfKeys<TKey, T>())
    where TKey : notnull
{
    protected override Task<string> CallAsync(Keyed<TKey, T> value, CancellationToken cancellationToken)
        => node.Service(value.Value, cancellationToken);

    protected override void HandOn(in Record<Keyed<TKey, T>> record, string result)
        => Emit(record.With(new Keyed<TKey, TOut>(record.Value.Key, node.Result(record.Value.Value, result))));
}
