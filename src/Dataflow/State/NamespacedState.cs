namespace Dataflow.State;

/// <summary>State of a step that falls into parts which go as a whole, such as the panes of a window.</summary>
internal sealed class NamespacedState<TKey, TValue>(string name, KeyCodec<TKey> keys, Changes changes) : IState
    where TKey : notnull
{
    private readonly SortedDictionary<long, KeyedState<TKey, TValue>> _tables = [];
    private KeyedState<TKey, TValue>? _main;
    private KeyedState<TKey, TValue>? _spare;
    private KeyedState<TKey, TValue>? _scratch;

    public uint Id { get; } = StateId.Of(name);

    public bool IsBroadcast { get; init; }

    public KeyCodec<TKey> Keys { get; } = keys;

    public Changes Changes { get; } = changes;

    /// <summary>Writes an entry to the checkpoint under way.</summary>
    public void Write(long ns, uint hash, TKey key, ref TValue value)
    {
        try
        {
            Changes.Put(Id, ns, hash, key, ref value, Keys);
        }
        catch (Exception error)
        {
            var parts = name.Split('/', 2); // the step's name and the state's
            throw OperatorException.CouldNotKeep(parts[0], parts[^1], error);
        }
    }

    /// <summary>The one table of state that has no parts.</summary>
    public KeyedState<TKey, TValue> Main => _main ??= Open(0);

    /// <summary>The tables that hold something, by namespace, in ascending order.</summary>
    public SortedDictionary<long, KeyedState<TKey, TValue>> Tables => _tables;

    public long Entries => _tables.Values.Sum(table => (long)table.Count);

    /// <summary>The table of a namespace, made when it is not there.</summary>
    public KeyedState<TKey, TValue> Open(long ns)
    {
        if (_tables.TryGetValue(ns, out var table)) return table;
        table = _spare ?? new KeyedState<TKey, TValue>(this);
        _spare = null;
        table.Namespace = ns;
        _tables.Add(ns, table);
        return table;
    }

    /// <summary>An empty table that belongs to no checkpoint, for use until the next call.</summary>
    public KeyedState<TKey, TValue> OpenScratch()
    {
        _scratch ??= new KeyedState<TKey, TValue>(this);
        _scratch.Clear();
        return _scratch;
    }

    /// <summary>Removes a namespace with all its keys.</summary>
    public void Drop(long ns)
    {
        if (!_tables.Remove(ns, out var table)) return;
        table.Clear();
        Changes.Drop(Id, ns, table.TakeWrittenShards());
        _spare = table;
    }

    public void Flip()
    {
        foreach (var table in _tables.Values) table.Flip();
    }

    public bool WriteFrozen(ref int budget)
    {
        foreach (var table in _tables.Values)
        {
            if (!table.WriteFrozen(ref budget)) return false;
        }

        return true;
    }

    public void RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
        => Open(ns).Restore(Keys.Read(key), StateCodec<TValue>.Read(value));

}

/// <summary>State as checkpoints and restores see it.</summary>
internal interface IState
{
    uint Id { get; }

    /// <summary>Whether every worker holds all of it, and not its own shards alone.</summary>
    bool IsBroadcast { get; }

    long Entries { get; }

    void Flip();

    bool WriteFrozen(ref int budget);

    void RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value);
}

/// <summary>The number that stands for a state's name in changelogs.</summary>
internal static class StateId
{
    public static uint Of(string name)
        => Log.KafkaPartitioner.Hash(System.Text.Encoding.UTF8.GetBytes(name));
}
