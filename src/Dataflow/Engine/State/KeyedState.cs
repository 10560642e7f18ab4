using Dataflow.State;
using Dataflow.Texts;

namespace Dataflow.Extensibility;

/// <summary>A value per key, kept in memory and made durable by each checkpoint. Only its task's thread may use it.</summary>
/// <remarks>A hash table with open addressing; keys and values lie inline. A checkpoint does not copy the table: it starts a new epoch, and
/// the entries changed in the one before are written in slices between batches; an entry that is about to change again is written first. So
/// a checkpoint stops the task for microseconds, whatever the size. The table grows in segments of about two megabytes (extendible
/// hashing: Fagin et al. 1979), so that no update waits for more than one of them to be split.</remarks>
public sealed class KeyedState<TKey, TValue>
    where TKey : notnull
{
    private const int MaxBits = 20; // of the directory
    private static readonly int s_minInSeveral = StateSegment<TKey, TValue>.MaxCapacity / 8; // keys: fewer are one segment

    private readonly NamespacedState<TKey, TValue> _owner;
    private readonly List<StateSegment<TKey, TValue>> _segments = [];
    private readonly bool _keepsKeys = TextKeeper<TKey>.IsNeeded;
    private readonly List<TKey>? _unkept = TextKeeper<TValue>.IsNeeded ? [] : null; // keys whose values may hold texts of a batch
    private StateSegment<TKey, TValue>[] _directory = []; // segments by the first bits of the spread hash
    private int _directoryShift;
    private int _nextFrozen; // segment
    private ulong _writtenShards; // a bit for each shard of which a checkpoint may hold entries of the table
    private byte _mark = 1;

    internal KeyedState(NamespacedState<TKey, TValue> owner)
    {
        _owner = owner;
        Begin(keys: 0);
    }

    /// <summary>The number of keys that have a value.</summary>
    public int Count { get; private set; }

    /// <summary>The number of slots in the table.</summary>
    internal int Capacity
    {
        get
        {
            var slots = 0;
            foreach (var segment in _segments) slots += segment.Capacity;
            return slots;
        }
    }

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
        ref var entry = ref FindEntry(key);
        entry.IsTouched = false;
        return ref entry.Value;
    }

    /// <summary>Looks up the value of a key. The value must not be changed in place.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        ref var entry = ref FindEntry(key);
        value = entry.Value;
        return entry.Hash != 0;
    }

    /// <summary>Looks up a value without a copy.</summary>
    /// <returns>A reference to the value, or to the type's default value if the key has none: not valid after another call.</returns>
    public ref readonly TValue Find(TKey key) => ref FindEntry(key).Value;

    /// <summary>Prefetches the memory where a key's value most likely lies, for a lookup that follows soon: for a step that knows several
    /// keys in advance.</summary>
    /// <returns>Whether it is worth the effort: the state is larger than the processor's caches.</returns>
    public bool Prefetch(TKey key)
    {
        if (_directory.Length == 1 && !_directory[0].IsWorthPrefetching) return false;
        var hash = _owner.Keys.Hash(key);
        SegmentOf(hash).Prefetch(hash);
        return true;
    }

    /// <summary>Removes the value of a key; false if it had none.</summary>
    public bool Remove(TKey key)
    {
        var hash = _owner.Keys.Hash(key);
        var segment = SegmentOf(hash);
        var index = segment.Find(key, hash);
        ref var entry = ref segment.Entries[index];
        if (entry.Hash == 0) return false;
        WriteIfFrozen(ref entry);
        _owner.Changes.Remove(_owner.Id, Namespace, hash, entry.Key, _owner.Keys); // as it was written
        segment.Remove(index, this);
        Count--;
        if (StateSegment<TKey, TValue>.IsSparse(segment.Count, segment.Capacity))
            segment.Resize(StateSegment<TKey, TValue>.CapacityFor(segment.Count), _mark);
        if (_segments.Count > 1 && Count < s_minInSeveral) Unite();
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
        foreach (var segment in _segments)
        {
            foreach (ref var entry in segment.Entries.AsSpan())
            {
                if (entry.Hash != 0) visit(context, entry.Key, in entry.Value);
            }
        }
    }

    /// <summary>Calls <paramref name="visit"/> for each key and value of some shards.</summary>
    internal void ForEach(ShardSet shards, EntryVisitor visit)
    {
        foreach (var segment in _segments)
        {
            foreach (ref var entry in segment.Entries.AsSpan())
            {
                if (entry.Hash != 0 && shards.Contains(Shards.Of(entry.Hash))) visit(entry.Key, ref entry.Value);
            }
        }
    }

    /// <summary>Looks at the next <paramref name="slots"/> slots from <paramref name="next"/> on and removes the entries that have ended;
    /// false once it has reached the table's end.</summary>
    internal bool RemoveSome<TContext>(
        ref (int Segment, int Slot) next, int slots, TContext context, EntryCondition<TContext, TKey, TValue> isOver)
    {
        for (; slots > 0 && next.Segment < _segments.Count; slots--)
        {
            var entries = _segments[next.Segment].Entries;
            if (next.Slot >= entries.Length)
            {
                next = (next.Segment + 1, 0);
                continue;
            }

            ref var entry = ref entries[next.Slot];
            if (entry.Hash == 0 || !isOver(context, entry.Key, in entry.Value))
            {
                next.Slot++;
                continue;
            }

            Remove(entry.Key); // another entry may move to its slot
            if (next.Segment >= _segments.Count) next = (0, 0); // the segments are one now
            else if (entries != _segments[next.Segment].Entries) next.Slot = 0; // the segment has shrunk
        }

        if (next.Segment < _segments.Count) return true;
        next = (0, 0);
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
        var segment = SegmentOf(hash);
        var index = segment.Find(key, hash);
        if (segment.Entries[index].Hash == 0) (segment, index) = Add(key, hash, segment, index);
        segment.Entries[index].Value = value;
        _writtenShards |= 1UL << Shards.Of(hash);
    }

    /// <summary>Begins a new epoch: entries changed in the one before are frozen and await <see cref="WriteFrozen"/>.</summary>
    internal void Flip()
    {
        foreach (var segment in _segments) segment.Flip();
        _mark = (byte)(3 - _mark);
        _nextFrozen = 0;
    }

    /// <summary>Writes about <paramref name="budget"/> frozen entries; true when none is left.</summary>
    internal bool WriteFrozen(ref int budget)
    {
        for (; _nextFrozen < _segments.Count; _nextFrozen++)
        {
            if (!_segments[_nextFrozen].WriteFrozen(ref budget, this)) return false;
        }

        return true;
    }

    /// <summary>Writes an entry to the checkpoint under way, unless it has not changed before it, or is written already.</summary>
    internal bool WriteIfFrozen(ref StateEntry<TKey, TValue> entry)
    {
        if (entry.Mark == 0 || entry.Mark == _mark) return false;
        _owner.Write(Namespace, ref entry);
        (entry.Mark, entry.IsWritten) = (0, true);
        _writtenShards |= 1UL << Shards.Of(entry.Hash);
        return true;
    }

    /// <summary>Prefetches the memory that <see cref="WriteIfFrozen"/> will read.</summary>
    internal void PrefetchFrozen(ref readonly StateEntry<TKey, TValue> entry)
    {
        if (_owner.Parts is { } parts && entry.Mark != 0 && entry.Mark != _mark) parts.Prefetch(in entry.Value);
    }

    /// <summary>Empties the table, keeping memory for as many entries as it had. Frozen entries are written first.</summary>
    internal void Clear()
    {
        var all = int.MaxValue;
        WriteFrozen(ref all);
        if (StateSegment<TKey, TValue>.IsSparse(Count, Capacity)) Begin(Count);
        else _segments.ForEach(static segment => segment.Clear());
        Count = 0;
    }

    /// <summary>Spreads a hash, whose first bits are the shard, so that each of its first bits depends on all.</summary>
    internal static uint Spread(uint hash) => hash * 0x9E3779B1;

    /// <summary>The shards of which checkpoints may hold entries of the table, as a bit set; resets it.</summary>
    internal ulong TakeWrittenShards()
    {
        var shards = _writtenShards;
        _writtenShards = 0;
        return shards;
    }

    private StateSegment<TKey, TValue> SegmentOf(uint hash) => _directory[(int)((ulong)Spread(hash) >> _directoryShift)];

    private ref StateEntry<TKey, TValue> FindEntry(TKey key)
    {
        var hash = _owner.Keys.Hash(key);
        var segment = SegmentOf(hash);
        return ref segment.Entries[segment.Find(key, hash)];
    }

    private ref StateEntry<TKey, TValue> FindOrAdd(TKey key, out bool exists)
    {
        var hash = _owner.Keys.Hash(key);
        var segment = SegmentOf(hash);
        var index = segment.Find(key, hash);
        exists = segment.Entries[index].Hash != 0;
        if (!exists) (segment, index) = Add(key, hash, segment, index);
        ref var entry = ref segment.Entries[index];
        if (entry.Mark != _mark) MarkChanged(ref entry, segment, index);
        if (_unkept is not null && !entry.IsUnkept) KeepLater(ref entry);
        return ref entry;
    }

    /// <summary>Keeps the texts of a value that is about to change, once the records at hand have been handled.</summary>
    private void KeepLater(ref StateEntry<TKey, TValue> entry)
    {
        if (_unkept!.Count == 0) _owner.Changes.KeepLater(KeepTexts);
        _unkept.Add(entry.Key);
        entry.IsUnkept = true;
    }

    private void KeepTexts()
    {
        foreach (var key in _unkept!)
        {
            ref var entry = ref FindEntry(key);
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

    private (StateSegment<TKey, TValue> Segment, int Index) Add(TKey key, uint hash, StateSegment<TKey, TValue> segment, int index)
    {
        while (segment.IsFull)
        {
            Grow(segment);
            segment = SegmentOf(hash);
            index = segment.Find(key, hash);
        }

        segment.Add(index, _keepsKeys ? Utf8.KeepIn(key) : key, hash);
        Count++;
        return (segment, index);
    }

    private void MarkChanged(ref StateEntry<TKey, TValue> entry, StateSegment<TKey, TValue> segment, int index)
    {
        WriteIfFrozen(ref entry);
        entry.Mark = _mark;
        segment.MarkChanged(index);
    }

    private void Begin(int keys)
    {
        var capacity = Math.Min(StateSegment<TKey, TValue>.CapacityFor(keys), StateSegment<TKey, TValue>.MaxCapacity);
        _directory = [new StateSegment<TKey, TValue>(capacity, bits: 0)];
        (_directoryShift, _nextFrozen) = (32, 0);
        _segments.Clear();
        _segments.Add(_directory[0]);
    }

    private void Grow(StateSegment<TKey, TValue> segment)
    {
        if (segment.Capacity < StateSegment<TKey, TValue>.MaxCapacity || segment.Bits == MaxBits)
        {
            segment.Resize(segment.Capacity * 2, _mark);
            return;
        }

        if (segment.Bits == 32 - _directoryShift)
        {
            _directory = [.. _directory.SelectMany(static segment => Enumerable.Repeat(segment, 2))];
            _directoryShift--;
        }

        var other = segment.Split(_mark);
        var places = _directory.Length >> other.Bits;
        Array.Fill(_directory, other, Array.IndexOf(_directory, segment) + places, places);
        _segments.Add(other); // last: what looks at the segments one by one comes to it
    }

    /// <summary>Makes one segment of several.</summary>
    private void Unite()
    {
        var segments = _segments.ToArray();
        Begin(Count);
        foreach (var segment in segments) segment.CopyTo(_directory[0], _mark);
    }
}
