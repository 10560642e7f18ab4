using Dataflow.State;

namespace Dataflow.Planning;

/// <summary>Decides to which worker a record is sent.</summary>
internal abstract class Router<T>
{
    /// <summary>The value for all workers.</summary>
    public const int Everyone = -1;

    /// <summary>Returns the worker, <see cref="Everyone"/>, or <see cref="ShardMap.Elsewhere"/>.</summary>
    public abstract int WorkerOf(in Record<T> record);
}

internal sealed class KeyRouter<TKey, T>(ShardMap shards) : Router<Keyed<TKey, T>>
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;

    public override int WorkerOf(in Record<Keyed<TKey, T>> record)
        => shards.WorkerOf(_keys.Hash(record.Value.Key));
}

internal sealed class FixedRouter<T>(int worker) : Router<T>
{
    public override int WorkerOf(in Record<T> record) => worker;
}
