namespace Dataflow.Extensibility;

/// <summary>A running step on a keyed stream that replaces each value by the result of an asynchronous call.</summary>
/// <remarks>Like <see cref="AsyncOperator{TIn, TOut}"/>, but results keep the order within their key only: a slow call delays no other
/// key.</remarks>
/// <param name="options">The number of concurrent calls, the order of results, timeout, retries and rate.</param>
public abstract class KeyedAsyncOperator<TKey, T, TOut>(AsyncOptions options)
    : CallingOperator<Keyed<TKey, T>, TOut, Keyed<TKey, TOut>>(options, CallOrder.OfKeys<TKey, T>())
    where TKey : notnull
{
    /// <inheritdoc/>
    protected sealed override void HandOn(in Record<Keyed<TKey, T>> record, TOut result)
        => Emit(record.With(new Keyed<TKey, TOut>(record.Value.Key, result)));
}
