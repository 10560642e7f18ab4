using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Dataflow.Log;

namespace Dataflow.State;

/// <summary>Collects a task's state changes of an epoch, by shard, as records of the changelog topic.</summary>
/// <remarks>Removals go to the current epoch; entries go to the epoch that was cut, since <see cref="KeyedState{TKey, TValue}"/> writes
/// them after the cut. Within an epoch a key's removals therefore come before its value: applying the records in order gives the state at
/// the cut. Keys are laid out by <see cref="ChangeKey"/>.</remarks>
/// <param name="ownsShard">Decides which shards' changes are written; of state that all workers hold, each writes its own.</param>
internal sealed class Changes(Func<int, bool>? ownsShard = null)
{
    private const int MaxKeptBytes = 1 << 20;

    private readonly List<Action> _unkept = [];
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly PatchWriter _patch = new();
    private ArrayBufferWriter<byte> _value = new();
    private ChangeRecords?[] _running = new ChangeRecords?[Shards.Count];
    private ChangeRecords?[] _cut = new ChangeRecords?[Shards.Count];

    /// <summary>Has texts of state kept by the next <see cref="KeepTexts"/>.</summary>
    public void KeepLater(Action keep) => _unkept.Add(keep);

    /// <summary>Gives the texts in changed values bytes of their own, before the batches end in which they came.</summary>
    public void KeepTexts()
    {
        foreach (var keep in _unkept) keep();
        _unkept.Clear();
    }

    /// <summary>Begins an epoch; <see cref="Take()"/> then returns the one before.</summary>
    public void Flip() => (_running, _cut) = (_cut, _running);

    /// <summary>Takes the records of the epoch that was cut, by shard; the buffers belong to the caller.</summary>
    public IEnumerable<(int Shard, RecordBuffer Records)> Take() => Take(_cut);

    /// <summary>Takes all records, to be thrown away.</summary>
    public IEnumerable<(int Shard, RecordBuffer Records)> TakeAll() => Take(_cut).Concat(Take(_running));

    /// <summary>Adds the part of an entry that has changed, where that is known, else the whole entry.</summary>
    public void PutChanged<TKey, TValue>(
        uint state, long ns, uint hash, TKey key, ref TValue value, KeyCodec<TKey> keys, ChangedParts<TValue> parts)
        where TKey : notnull
    {
        if (!Owns(hash)) return;
        _patch.Begin();
        if (!parts.TryWrite(ref value, _patch) || _patch.Complete() is not { Length: <= ChangeRecords.MaxPartBytes } patch)
        {
            Put(state, ns, hash, key, ref value, keys);
        }
        else
        {
            WriteKey(ChangelogKind.Patch, state, ns, key, keys);
            For(_cut, Shards.Of(hash)).Put(_key.WrittenSpan, patch);
        }
    }

    public void Put<TKey, TValue>(uint state, long ns, uint hash, TKey key, ref TValue value, KeyCodec<TKey> keys)
        where TKey : notnull
    {
        if (!Owns(hash)) return;
        WriteKey(ChangelogKind.Entry, state, ns, key, keys);
        _value.ResetWrittenCount();
        StateCodec<TValue>.Write(ref value, _value);
        For(_cut, Shards.Of(hash)).Put(_key.WrittenSpan, _value.WrittenSpan);
        if (_value.Capacity > MaxKeptBytes) _value = new ArrayBufferWriter<byte>();
    }

    /// <summary>Adds an entry that is serialized already: a key behind its prefix, and a value.</summary>
    public void Put(uint state, long ns, uint hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!Owns(hash)) return;
        _key.ResetWrittenCount();
        ChangeKey.Write(_key, ChangelogKind.Entry, state, ns);
        _key.Write(key);
        For(_cut, Shards.Of(hash)).Put(_key.WrittenSpan, value);
    }

    public void Remove<TKey>(uint state, long ns, uint hash, TKey key, KeyCodec<TKey> keys)
        where TKey : notnull
    {
        if (!Owns(hash)) return;
        WriteKey(ChangelogKind.Entry, state, ns, key, keys);
        For(_running, Shards.Of(hash)).Remove(_key.WrittenSpan);
    }

    /// <summary>Removes a namespace, which was written to some shards.</summary>
    /// <param name="state">The state.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="shards">A bit for each shard that may hold entries of it.</param>
    public void Drop(uint state, long ns, ulong shards)
    {
        if (shards == 0) return;
        _key.ResetWrittenCount();
        ChangeKey.Write(_key, ChangelogKind.Namespace, state, ns);
        for (; shards != 0; shards &= shards - 1)
            For(_running, BitOperations.TrailingZeroCount(shards)).Remove(_key.WrittenSpan);
    }

    private static IEnumerable<(int Shard, RecordBuffer Records)> Take(ChangeRecords?[] changes)
    {
        for (var shard = 0; shard < changes.Length; shard++)
        {
            if (changes[shard] is { IsEmpty: false } changed) yield return (shard, changed.Take());
        }
    }

    private bool Owns(uint hash) => ownsShard is null || ownsShard(Shards.Of(hash));

    private static ChangeRecords For(ChangeRecords?[] changes, int shard) => changes[shard] ??= new ChangeRecords();

    private void WriteKey<TKey>(ChangelogKind kind, uint state, long ns, TKey key, KeyCodec<TKey> keys)
        where TKey : notnull
    {
        _key.ResetWrittenCount();
        ChangeKey.Write(_key, kind, state, ns);
        keys.Write(key, _key);
    }
}

internal enum ChangelogKind : byte
{
    Entry = 0,
    Namespace = 1,
    Part = 2,
    Forgotten = 3,
    Pack = 4,
    Patch = 5,
}

/// <summary>The key of a record in a changelog.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      1  kind        0: one key's value (no value: removed); 1: a whole namespace was removed;
///                            2: a part of the value of the entry that follows, in front of what is there;
///                            3: all state before was forgotten, of which another process may have a copy;
///                            4: changes of kinds 0, 1 and 5, one behind the other, each with its own key
///                            5: what has changed of one key's value, a <see cref="ValuePatch"/>
///      1      4  state       hash of the names of step and state
///      5      8  namespace   a pane's start for windows, else 0
///     13         key         as its serde writes it; nothing for kinds 1 to 4
/// </code>
/// The value of kind 4 is a row of changes: the lengths of key and value as int32, -1 for no value, then both. All integers
/// little-endian.</remarks>
internal static class ChangeKey
{
    public const int PrefixBytes = 13;

    public static void Write(IBufferWriter<byte> bytes, ChangelogKind kind, uint state, long ns)
    {
        var span = bytes.GetSpan(PrefixBytes);
        span[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(span[1..], state);
        BinaryPrimitives.WriteInt64LittleEndian(span[5..], ns);
        bytes.Advance(PrefixBytes);
    }

    public static (ChangelogKind Kind, uint State, long Namespace) Read(ReadOnlySpan<byte> key)
        => ((ChangelogKind)key[0], BinaryPrimitives.ReadUInt32LittleEndian(key[1..]), BinaryPrimitives.ReadInt64LittleEndian(key[5..]));
}
