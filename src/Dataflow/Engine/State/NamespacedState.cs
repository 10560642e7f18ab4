using System.Buffers;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>State by key in namespaces, each of which is dropped as a whole: a table for each window, for example.</summary>
/// <remarks>Made by <see cref="StepDeclaration.NamespacedState"/>. Only its task's thread may use it.</remarks>
public sealed class NamespacedState<TKey, TValue> : IState
    where TKey : notnull
{
    private readonly string _name;
    private readonly uint _id;
    private readonly SortedDictionary<long, KeyedState<TKey, TValue>> _tables = [];
    private KeyedState<TKey, TValue>? _main;
    private KeyedState<TKey, TValue>? _spare;
    private KeyedState<TKey, TValue>? _scratch;

    internal NamespacedState(string name, KeyCodec<TKey> keys, Changes changes)
    {
        (_name, Keys, Changes) = (name, keys, changes);
        _id = StateId.Of(name);
    }

    /// <summary>The number of values in all namespaces.</summary>
    public long Entries => _tables.Values.Sum(static table => (long)table.Count);

    uint IState.Id => _id;

    bool IState.IsBroadcast => IsBroadcast;

    internal bool IsBroadcast { get; init; }

    /// <summary>Writes what has changed of a value; null: values are written whole.</summary>
    internal ChangedParts<TValue>? Parts { get; init; }

    internal uint Id => _id;

    internal KeyCodec<TKey> Keys { get; }

    internal Changes Changes { get; }

    /// <summary>The only table of state that uses no namespaces.</summary>
    internal KeyedState<TKey, TValue> Main => _main ??= Open(0);

    /// <summary>The tables that are open, by namespace, in ascending order.</summary>
    public IReadOnlyDictionary<long, KeyedState<TKey, TValue>> Tables => _tables;

    /// <summary>Returns the table of a namespace, and creates it if it does not exist.</summary>
    public KeyedState<TKey, TValue> Open(long ns)
    {
        if (_tables.TryGetValue(ns, out var table)) return table;
        table = _spare ?? new KeyedState<TKey, TValue>(this);
        _spare = null;
        table.Namespace = ns;
        _tables.Add(ns, table);
        return table;
    }

    /// <summary>Removes a namespace with all its keys. Its table must not be used any more.</summary>
    public void Drop(long ns)
    {
        if (!_tables.Remove(ns, out var table)) return;
        table.Clear();
        Changes.Drop(_id, ns, table.TakeWrittenShards());
        _spare = table;
    }

    /// <summary>Writes an entry to the checkpoint under way.</summary>
    internal void Write(long ns, ref StateEntry<TKey, TValue> entry)
    {
        try
        {
            if (Parts is null || !entry.IsWritten) Changes.Put(_id, ns, entry.Hash, entry.Key, ref entry.Value, Keys);
            else Changes.PutChanged(_id, ns, entry.Hash, entry.Key, ref entry.Value, Keys, Parts);
            Parts?.Written(ref entry.Value);
        }
        catch (Exception error)
        {
            throw CouldNotKeep(error);
        }
    }

    internal OperatorException CouldNotKeep(Exception error)
    {
        var parts = _name.Split('/', 2); // the step's name and the state's
        return OperatorException.CouldNotKeep(parts[0], parts[^1], error);
    }

    /// <summary>Returns an empty table that belongs to no checkpoint, for use until the next call.</summary>
    public KeyedState<TKey, TValue> OpenScratch()
    {
        _scratch ??= new KeyedState<TKey, TValue>(this);
        _scratch.Clear();
        return _scratch;
    }

    void IState.Flip()
    {
        foreach (var table in _tables.Values) table.Flip();
    }

    bool IState.WriteFrozen(ref int budget)
    {
        foreach (var table in _tables.Values)
        {
            if (!table.WriteFrozen(ref budget)) return false;
        }

        return true;
    }

    void IState.RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
        => Open(ns).Restore(Keys.Read(key), StateCodec<TValue>.Read(value));

    void IState.ForEach(ShardSet shards, EntryVisitor visit)
    {
        var (keyBytes, valueBytes) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        foreach (var (ns, table) in _tables)
        {
            table.ForEach(shards, (TKey key, ref TValue value) =>
            {
                keyBytes.ResetWrittenCount();
                valueBytes.ResetWrittenCount();
                Keys.Write(key, keyBytes);
                StateCodec<TValue>.Write(ref value, valueBytes);
                visit(ns, keyBytes.WrittenMemory, valueBytes.WrittenMemory);
            });
        }
    }
}
