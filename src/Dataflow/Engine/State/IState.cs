namespace Dataflow.State;

/// <summary>State as checkpoints and restores see it.</summary>
internal interface IState
{
    uint Id { get; }

    /// <summary>Whether every worker holds all of it, instead of only its own shards.</summary>
    bool IsBroadcast { get; }

    long Entries { get; }

    void Flip();

    bool WriteFrozen(ref int budget);

    void RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value);

    /// <summary>Calls <paramref name="visit"/> for each entry of some shards, as <see cref="RestorePut"/> takes it. The bytes are valid
    /// during the call. Several threads may do so at once, while nothing runs.</summary>
    void ForEach(ShardSet shards, EntryVisitor visit);
}

/// <summary>Looks at an entry of state: its namespace, key and value.</summary>
internal delegate void EntryVisitor(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value);

/// <summary>The number that represents a state's name in changelogs.</summary>
internal static class StateId
{
    public static uint Of(string name)
        => Log.KafkaPartitioner.Hash(System.Text.Encoding.UTF8.GetBytes(name));
}
