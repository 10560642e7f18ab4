using Dataflow.Async;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>The orders in which the results of calls may be emitted.</summary>
public static class CallOrder
{
    /// <summary>Makes the order of the input: a result waits for those of all records before it.</summary>
    public static CallOrder<T> OfInput<T>() => new InputCallOrder<T>();

    /// <summary>Makes the order of each key: a result waits for those of its own key, also if the job carries on with another number of
    /// workers.</summary>
    public static CallOrder<Keyed<TKey, T>> OfKeys<TKey, T>()
        where TKey : notnull
        => new KeyCallOrder<TKey, T>();
}

/// <summary>The order in which the results of a <see cref="CallingOperator{TIn, TResult, TOut}"/> are emitted, if its options keep one
/// (<see cref="AsyncOptions.KeepsOrder"/>). Made by <see cref="CallOrder"/>.</summary>
public abstract class CallOrder<TIn>
{
    private protected CallOrder()
    {
    }

    /// <summary>The shard of a record's key; null where records have no key.</summary>
    internal virtual Func<TIn, int>? KeyShard => null;

    internal abstract ResultOrder<TIn, TResult> Create<TResult>();
}

internal sealed class InputCallOrder<TIn> : CallOrder<TIn>
{
    internal override ResultOrder<TIn, TResult> Create<TResult>() => new InputOrder<TIn, TResult>();
}

internal sealed class KeyCallOrder<TKey, T> : CallOrder<Keyed<TKey, T>>
    where TKey : notnull
{
    internal override Func<Keyed<TKey, T>, int> KeyShard { get; } = static pair => Shards.Of(KeyCodec<TKey>.Default.Hash(pair.Key));

    internal override ResultOrder<Keyed<TKey, T>, TResult> Create<TResult>() => new KeyOrder<TKey, T, TResult>();
}
