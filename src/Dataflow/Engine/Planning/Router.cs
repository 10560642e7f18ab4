using Dataflow.State;

namespace Dataflow.Planning;

/// <summary>Decides to which worker a record is sent.</summary>
internal abstract class Router<T>
{
    /// <summary>The value for all workers.</summary>
    public const int Everyone = -1;

    public abstract int WorkerOf(in Record<T> record);
}

internal sealed class KeyRouter<TKey, T>(int workers) : Router<Keyed<TKey, T>>
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;

    public override int WorkerOf(in Record<Keyed<TKey, T>> record)
        => Shards.WorkerOf(Shards.Of(_keys.Hash(record.Value.Key)), workers);
}

internal sealed class FixedRouter<T>(int worker) : Router<T>
{
    public override int WorkerOf(in Record<T> record) => worker;
}
