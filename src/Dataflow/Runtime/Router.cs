using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>Says which worker a record goes to.</summary>
internal abstract class Router<T>
{
    public abstract int WorkerOf(in Record<T> record);
}

internal sealed class KeyRouter<TKey, T>(int workers) : Router<Keyed<TKey, T>>
    where TKey : notnull
{
    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;

    public override int WorkerOf(in Record<Keyed<TKey, T>> record)
        => Shards.WorkerOf(Shards.Of(_keys.Hash(record.Value.Key)), workers);
}

internal sealed class GatherRouter<T> : Router<T>
{
    public override int WorkerOf(in Record<T> record) => 0;
}
