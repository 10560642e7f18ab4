using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Dataflow.State;
using Dataflow.Texts;

namespace Dataflow.Extensibility;

/// <summary>A value per key, kept in memory and made durable by each checkpoint. Only its task's thread may use it.</summary>
/// <remarks>A hash table with open addressing; keys and values lie inline. A checkpoint does not copy the table: it starts a new epoch, and
/// the entries changed in the one before are written in slices between batches; an entry that is about to change again is written first. So
/// a checkpoint stops the task for microseconds, whatever the size.</remarks>
public sealed class KeyedState<TKey, TValue>
    where TKey : notnull
{
    private const int BlockShift = 8; // entries are searched for changes in blocks of 256
    private const int MinCapacity = 16;
    private const int MinToShrink = 1024;
    private const int CacheLine = 64;
    private const int MinToPrefetch = 1 << 19; // bytes

    private readonly NamespacedState<TKey, TValue> _owner;
    private Entry[] _entries = [];
    private int _shift;
    private uint _multiplier;
    private int _growAt;
    private bool[] _changed = [];
    private bool[] _frozen = [];
    private int _nextFrozen = int.MaxValue;
    private readonly bool _keepsKeys = TextKeeper<TKey>.IsNeeded;
    private readonly List<TKey>? _unkept = TextKeeper<TValue>.IsNeeded ? [] : null; // keys whose values may hold texts of a batch
    private ulong _writtenShards; // a bit for each shard of which a checkpoint may hold entries of the table
    private byte _mark = 1;

    internal KeyedState(NamespacedState<TKey, TValue> owner)
    {
        _owner = owner;
        Allocate(MinCapacity);
    }

    private struct Entry
    {
        public uint Hash; // 0: empty
        public byte Mark; // 0: unchanged; else the mark of the epoch in which it changed
        public bool IsTouched; // until Untouch; in no checkpoint
        public bool IsUnkept; // until KeepTexts; in no checkpoint
        public TKey Key;
        public TValue Value;
    }

    /// <summary>The number of keys that have a value.</summary>
    public int Count { get; private set; }

    /// <summary>The number of slots in the table.</summary>
    internal int Capacity => _entries.Length;

    internal long Namespace { get; set; }

    /// <summary>Finds the value of a key, or adds the type's default value, and marks it changed.</summary>
    /// <param name="key">The key of the record at hand.</param>
    /// <param name="exists">Whether the key had a value.</param>
    /// <returns>A reference to the value, to be changed at once: not valid after another call.</returns>
    public ref TValue Update(TKey key, out bool exists) => ref FindOrAdd(key, out exists).Value;

    /// <summary>Like <see cref="Update"/>; also says whether the key is touched for the first time since <see cref="Untouch"/>: for a step
    /// that emits one result of a key for each batch.</summary>
    public ref TValue Touch(TKey key, out bool exists, out bool isFirst)
    {
        ref var entry = ref FindOrAdd(key, out exists);
        isFirst = !entry.IsTouched;
        entry.IsTouched = true;
        return ref entry.Value;
    }

    /// <summary>Ends the touch of a key and returns its value, which must not be changed in place.</summary>
    public ref TValue Untouch(TKey key)
    {
        ref var entry = ref _entries[Find(key, _owner.Keys.Hash(key))];
        entry.IsTouched = false;
        return ref entry.Value;
    }

    /// <summary>Looks up the value of a key. The value must not be changed in place.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        ref var entry = ref _entries[Find(key, _owner.Keys.Hash(key))];
        value = entry.Value;
        return entry.Hash != 0;
    }

    /// <summary>Looks up a value without a copy.</summary>
    /// <returns>A reference to the value, or to the type's default value if the key has none: not valid after another call.</returns>
    public ref readonly TValue Find(TKey key) => ref _entries[Find(key, _owner.Keys.Hash(key))].Value;

    /// <summary>Prefetches the memory where a key's value most likely lies, for a lookup that follows soon: for a step that knows several
    /// keys in advance.</summary>
    /// <returns>Whether it is worth the effort: the state is larger than the processor's caches.</returns>
    public unsafe bool Prefetch(TKey key)
    {
        if (!Sse.IsSupported || (long)_entries.Length * Unsafe.SizeOf<Entry>() < MinToPrefetch) return false;
        ref var entry = ref Unsafe.As<Entry, byte>(ref _entries[Home(_owner.Keys.Hash(key))]);
        for (var line = 0; line < Unsafe.SizeOf<Entry>(); line += CacheLine)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref entry, line)));
        return true;
    }

    /// <summary>Removes the value of a key; false if it had none.</summary>
    public bool Remove(TKey key)
    {
        var hash = _owner.Keys.Hash(key);
        var index = Find(key, hash);
        ref var entry = ref _entries[index];
        if (entry.Hash == 0) return false;
        WriteIfFrozen(ref entry);
        _owner.Changes.Remove(_owner.Id, Namespace, hash, entry.Key, _owner.Keys); // as it was written
        CloseGap(index);
        Count--;
        if (IsSparse) Resize(CapacityFor(Count));
        return true;
    }

    /// <summary>Calls <paramref name="visit"/> for each key and value, in no particular order. The state must not change
    /// meanwhile.</summary>
    public void ForEach(Action<TKey, TValue> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        ForEach(visit, static (visit, key, in value) => visit(key, value));
    }

    /// <summary>Calls <paramref name="visit"/> as <see cref="ForEach(Action{TKey, TValue})"/> does, with a context instead of a captured
    /// variable and without a copy of the value.</summary>
    public void ForEach<TContext>(TContext context, Visitor<TContext> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Hash != 0) visit(context, entry.Key, in entry.Value);
        }
    }

    /// <summary>Calls <paramref name="visit"/> for each key and value of some shards.</summary>
    internal void ForEach(ShardSet shards, EntryVisitor visit)
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Hash != 0 && shards.Contains(Shards.Of(entry.Hash))) visit(entry.Key, ref entry.Value);
        }
    }

    /// <summary>Looks at the next <paramref name="places"/> slots from <paramref name="next"/> on and removes the entries that have ended;
    /// false once it has reached the table's end.</summary>
    internal bool RemoveSome<TContext>(ref int next, int places, TContext context, EntryCondition<TContext, TKey, TValue> isOver)
    {
        var entries = _entries;
        for (; places > 0 && next < entries.Length; places--)
        {
            ref var entry = ref entries[next];
            if (entry.Hash == 0 || !isOver(context, entry.Key, in entry.Value))
            {
                next++;
                continue;
            }

            Remove(entry.Key); // another entry may move to its slot
            if (entries == _entries) continue;
            next = 0; // the table has shrunk, and all entries have moved
            return true;
        }

        if (next < entries.Length) return true;
        next = 0;
        return false;
    }

    /// <summary>Looks at a key and its value, which must not be changed.</summary>
    public delegate void Visitor<in TContext>(TContext context, TKey key, in TValue value);

    /// <summary>Looks at a key and its value, which must not be changed; by reference only to be written.</summary>
    internal delegate void EntryVisitor(TKey key, ref TValue value);

    /// <summary>Adds an entry of the checkpoint that the job carries on from.</summary>
    internal void Restore(TKey key, TValue value)
    {
        var hash = _owner.Keys.Hash(key);
        var index = Find(key, hash);
        if (_entries[index].Hash == 0) index = Add(key, hash, index);
        _entries[index].Value = value;
        _writtenShards |= 1UL << Shards.Of(hash);
    }

    /// <summary>Begins a new epoch: entries changed in the one before are frozen and await <see cref="WriteFrozen"/>.</summary>
    internal void Flip()
    {
        (_changed, _frozen) = (_frozen, _changed);
        _mark = (byte)(3 - _mark);
        _nextFrozen = 0;
    }

    /// <summary>Writes about <paramref name="budget"/> frozen entries; true when none is left.</summary>
    internal bool WriteFrozen(ref int budget)
    {
        for (; _nextFrozen < _frozen.Length; _nextFrozen++)
        {
            if (!_frozen[_nextFrozen]) continue;
            if (budget <= 0) return false;
            var first = _nextFrozen << BlockShift;
            foreach (ref var entry in _entries.AsSpan(first, Math.Min(1 << BlockShift, _entries.Length - first)))
            {
                if (WriteIfFrozen(ref entry)) budget--;
            }

            _frozen[_nextFrozen] = false;
        }

        return true;
    }

    /// <summary>Empties the table, keeping memory for as many entries as it had. Frozen entries are written first.</summary>
    internal void Clear()
    {
        var all = int.MaxValue;
        WriteFrozen(ref all);
        if (IsSparse) Allocate(CapacityFor(Count));
        Array.Clear(_entries);
        Array.Clear(_changed);
        Count = 0;
    }

    /// <summary>The shards of which checkpoints may hold entries of the table, as a bit set; resets it.</summary>
    internal ulong TakeWrittenShards()
    {
        var shards = _writtenShards;
        _writtenShards = 0;
        return shards;
    }

    private ref Entry FindOrAdd(TKey key, out bool exists)
    {
        var hash = _owner.Keys.Hash(key);
        var index = Find(key, hash);
        exists = _entries[index].Hash != 0;
        if (!exists) index = Add(key, hash, index);
        ref var entry = ref _entries[index];
        if (entry.Mark != _mark) MarkChanged(ref entry, index);
        if (_unkept is not null && !entry.IsUnkept) KeepLater(ref entry);
        return ref entry;
    }

    /// <summary>Keeps the texts of a value that is about to change, once the records at hand have been handled.</summary>
    private void KeepLater(ref Entry entry)
    {
        if (_unkept!.Count == 0) _owner.Changes.KeepLater(KeepTexts);
        _unkept.Add(entry.Key);
        entry.IsUnkept = true;
    }

    private void KeepTexts()
    {
        foreach (var key in _unkept!)
        {
            ref var entry = ref _entries[Find(key, _owner.Keys.Hash(key))];
            entry.IsUnkept = false;
            try
            {
                TextKeeper<TValue>.Keep(ref entry.Value);
            }
            catch (InvalidOperationException error)
            {
                throw _owner.CouldNotKeep(error); // a text that had ended before
            }
        }

        _unkept.Clear();
    }

    private int Find(TKey key, uint hash)
    {
        var entries = _entries;
        var mask = entries.Length - 1;
        for (var index = Home(hash); ; index = (index + 1) & mask)
        {
            ref var entry = ref entries[index];
            if (entry.Hash == 0 || (entry.Hash == hash && EqualityComparer<TKey>.Default.Equals(entry.Key, key)))
                return index;
        }
    }

    private int Home(uint hash) => (int)((hash * _multiplier) >> _shift);

    private int Add(TKey key, uint hash, int index)
    {
        if (Count == _growAt)
        {
            Resize(_entries.Length * 2);
            index = Find(key, hash);
        }

        ref var entry = ref _entries[index];
        entry.Hash = hash;
        entry.Key = _keepsKeys ? Utf8.KeepIn(key) : key;
        Count++;
        return index;
    }

    private void MarkChanged(ref Entry entry, int index)
    {
        WriteIfFrozen(ref entry);
        entry.Mark = _mark;
        _changed[index >> BlockShift] = true;
    }

    private bool WriteIfFrozen(ref Entry entry)
    {
        if (entry.Mark == 0 || entry.Mark == _mark) return false;
        _owner.Write(Namespace, entry.Hash, entry.Key, ref entry.Value);
        entry.Mark = 0;
        _writtenShards |= 1UL << Shards.Of(entry.Hash);
        return true;
    }

    /// <summary>Whether the table has far more slots than it needs, because it was larger once.</summary>
    private bool IsSparse => (long)Count * 8 < _entries.Length && _entries.Length > MinToShrink;

    private static int CapacityFor(int count) => Math.Max(MinCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)count * 2));

    private void Resize(int capacity)
    {
        var all = int.MaxValue;
        WriteFrozen(ref all);
        var old = _entries;
        Allocate(capacity);
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Hash != 0) Place(in entry);
        }
    }

    // Another hash for each size: keys taken from one table in its order, or left in it, are spread over one of another size.
    private static uint MultiplierFor(int shift)
    {
        var bits = (uint)shift * 0x9E3779B9;
        bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
        bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
        return bits | 1;
    }

    private void Allocate(int capacity)
    {
        _entries = new Entry[capacity];
        _shift = 32 - BitOperations.Log2((uint)capacity);
        _multiplier = MultiplierFor(_shift);
        _growAt = (int)((long)capacity * 5 / 8);
        _changed = new bool[Math.Max(1, capacity >> BlockShift)];
        _frozen = new bool[_changed.Length];
    }

    private void Place(in Entry entry)
    {
        var mask = _entries.Length - 1;
        var index = Home(entry.Hash);
        while (_entries[index].Hash != 0) index = (index + 1) & mask;
        _entries[index] = entry;
        if (entry.Mark != 0) _changed[index >> BlockShift] = true;
    }

    /// <summary>Moves later entries of the run back over a removed one, so that no search stops at the gap.</summary>
    private void CloseGap(int gap)
    {
        var mask = _entries.Length - 1;
        for (var index = (gap + 1) & mask; _entries[index].Hash != 0; index = (index + 1) & mask)
        {
            ref var entry = ref _entries[index];
            var distanceFromHome = (index - Home(entry.Hash)) & mask;
            if (distanceFromHome < ((index - gap) & mask)) continue;
            WriteIfFrozen(ref entry);
            _entries[gap] = entry;
            if (entry.Mark != 0) _changed[gap >> BlockShift] = true;
            gap = index;
        }

        _entries[gap] = default;
    }
}
