using System.Buffers;
using System.Runtime.InteropServices;
using Dataflow.State;
using Dataflow.Texts;

namespace Dataflow.Extensibility;

/// <summary>Records of a step that wait, in slices of time, for the watermark to pass them. They are part of every checkpoint.</summary>
/// <remarks>Made by <see cref="StepDeclaration.Waiting"/>. Only its task's thread may use it. A slice is a list that only grows, until it
/// is dropped as a whole: nothing is looked up, and a checkpoint writes the stretch that was added since the previous one.</remarks>
public sealed class WaitingRecords<TKey, T> : IState
    where TKey : notnull
{
    private const int MaxSpare = 256;

    private static readonly KeyPartCodec<TKey> Keys = new();

    private readonly Changes _changes;
    private readonly long _sliceMs;
    private readonly List<Slice> _slices = []; // in order of time
    private readonly Stack<Slice> _spare = [];
    private readonly List<WaitingRecord<TKey, T>> _taken = [];
    private readonly List<long> _order = [];
    private readonly OpenSlice _open = new();
    private long _nextNumber;
    private int _last;
    private int _passed; // the number of empty slices at the front

    static WaitingRecords() => GeneratedCodecs.Add(new TupleForm<(long Time, ulong Origin, T Value)>(
        new TupleMember<(long, ulong, T), long>(static (ref of) => ref of.Item1),
        new TupleMember<(long, ulong, T), ulong>(static (ref of) => ref of.Item2),
        new TupleMember<(long, ulong, T), T>(static (ref of) => ref of.Item3)));

/// <param name="name">The name of the state within the job.</param>
/// <param name="changes">Collects the changes that checkpoints write.</param>
    /// <param name="sliceMs">The length of a slice.</param>
    internal WaitingRecords(string name, Changes changes, long sliceMs)
    {
        (_changes, _sliceMs) = (changes, sliceMs);
        Id = StateId.Of(name);
    }

    uint IState.Id => Id;

    bool IState.IsBroadcast => false;

    private uint Id { get; }

    /// <summary>The number of waiting records.</summary>
    public long Entries => _slices.Skip(_passed).Sum(static slice => (long)slice.Records.Count - slice.Taken);

    /// <summary>Keeps a record until it is taken.</summary>
    /// <returns>A reference to the kept value, to be changed at once: not valid after another call.</returns>
    public ref T Add(in Record<Keyed<TKey, T>> record)
    {
        ref var waiting = ref SliceOf(record.Timestamp).Next();
        waiting.Key = record.ValueRef().Key;
        waiting.Number = _nextNumber++;
        waiting.Time = record.Timestamp;
        waiting.Origin = record.Origin;
        waiting.Value = record.ValueRef().ValueRef();
        TextKeeper<T>.Keep(ref waiting.ValueRef());
        return ref waiting.ValueRef();
    }

    /// <summary>Gets the time of the next record for <see cref="Take"/>: the oldest, and of one moment the first that arrived. Not to be
    /// mixed with <see cref="TakeBefore"/>.</summary>
    /// <param name="time">Its event time, ms since the Unix epoch.</param>
    /// <returns>False if none waits.</returns>
    public bool TryPeek(out long time)
    {
        time = 0;
        if (_passed == _slices.Count) return false;
        if (!_open.IsOf(_slices[_passed])) _open.Sort(_slices[_passed]);
        time = _open.Next.Time;
        return true;
    }

    /// <summary>Takes the record that <see cref="TryPeek"/> found.</summary>
    public void Take(out WaitingRecord<TKey, T> record)
    {
        var slice = _slices[_passed];
        ref var next = ref _open.Next;
        record = next;
        if (_open.NextIndex >= slice.Written && _open.NextIndex < slice.Frozen) WriteAllFrozen(slice);
        if (++slice.Taken == slice.Records.Count)
        {
            _passed++;
            _open.Close();
            Drop(slice);
            return;
        }

        var key = new KeyPart<TKey>(next.Key, next.Number);
        if (_open.NextIndex < slice.Written) _changes.Remove(Id, slice.Start, Keys.Hash(key), key, Keys);
        next.IsTaken = true;
        _open.GoOn();
    }

    /// <summary>Takes the records of the slices that the watermark has passed as a whole, ordered by time and, within one moment, by
    /// arrival.</summary>
    /// <param name="watermark">The current watermark, ms since the Unix epoch; <see cref="long.MaxValue"/>: all are taken.</param>
    /// <returns>The records; valid until the next call.</returns>
    public Span<WaitingRecord<TKey, T>> TakeBefore(long watermark)
    {
        _taken.Clear();
        var passed = 0;
        for (; passed < _slices.Count && _slices[passed].Start + _sliceMs <= watermark; passed++) TakeAll(_slices[passed]);
        _slices.RemoveRange(0, passed);
        _last = 0;
        return CollectionsMarshal.AsSpan(_taken);
    }

    void IState.Flip()
    {
        RemovePassed();
        foreach (var slice in _slices) slice.Frozen = slice.Records.Count;
    }

    bool IState.WriteFrozen(ref int budget)
    {
        RemovePassed();
        foreach (var slice in _slices)
        {
            if (!WriteFrozen(slice, ref budget)) return false;
        }

        return true;
    }

    void IState.RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var (part, (time, origin, record)) = (Keys.Read(key), StateCodec<(long Time, ulong Origin, T Value)>.Read(value));
        var slice = SliceOf(ns);
        slice.Next() = new() { Key = part.Key, Number = part.Part, Time = time, Origin = RecordOrigin.Unpack(origin), Value = record };
        slice.Written = slice.Frozen = slice.Records.Count;
        slice.IsRestored = true;
        slice.WrittenShards |= 1UL << Shards.Of(Keys.Hash(part));
        _nextNumber = Math.Max(_nextNumber, part.Part + 1);
    }

    void IState.ForEach(ShardSet shards, EntryVisitor visit)
    {
        var (keyBytes, valueBytes) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        foreach (var slice in _slices.Skip(_passed))
        {
            foreach (ref readonly var record in CollectionsMarshal.AsSpan(slice.Records))
            {
                var key = new KeyPart<TKey>(record.Key, record.Number);
                if (record.IsTaken || !shards.Contains(Shards.Of(Keys.Hash(key)))) continue;
                keyBytes.ResetWrittenCount();
                valueBytes.ResetWrittenCount();
                Keys.Write(key, keyBytes);
                var value = (record.Time, record.Origin.Packed, record.Value);
                StateCodec<(long, ulong, T)>.Write(ref value, valueBytes);
                visit(slice.Start, keyBytes.WrittenMemory, valueBytes.WrittenMemory);
            }
        }
    }

    private void RemovePassed()
    {
        if (_passed == 0) return;
        _slices.RemoveRange(0, _passed);
        (_passed, _last) = (0, 0);
    }

    private Slice SliceOf(long time)
    {
        RemovePassed();
        var rest = time % _sliceMs;
        var start = rest < 0 ? time - rest - _sliceMs : time - rest;
        if (_last < _slices.Count && _slices[_last].Start == start) return _slices[_last];
        _last = NumberOf(start);
        if (_last == _slices.Count || _slices[_last].Start != start)
        {
            var slice = _spare.TryPop(out var spare) ? spare : new Slice();
            slice.Start = start;
            _slices.Insert(_last, slice);
        }

        return _slices[_last];
    }

    private int NumberOf(long start)
    {
        if (_slices.Count == 0) return 0;
        // Where there is a slice for each stretch of time, it is found without a search.
        var number = (start - _slices[0].Start) / _sliceMs;
        return number >= 0 && number < _slices.Count && _slices[(int)number].Start == start ? (int)number : _slices.FirstFrom(start);
    }

    private void TakeAll(Slice slice)
    {
        AddInOrder(slice);
        WriteAllFrozen(slice);
        Drop(slice);
    }

    private void WriteAllFrozen(Slice slice)
    {
        var all = int.MaxValue;
        WriteFrozen(slice, ref all);
    }

    private void Drop(Slice slice)
    {
        _changes.Drop(Id, slice.Start, slice.WrittenShards);
        slice.Clear();
        if (_spare.Count < MaxSpare) _spare.Push(slice);
    }

    private void AddInOrder(Slice slice)
    {
        var records = CollectionsMarshal.AsSpan(slice.Records);
        slice.PutInOrderOfComing();
        CollectionsMarshal.SetCount(_order, records.Length);
        var order = CollectionsMarshal.AsSpan(_order);
        for (var i = 0; i < order.Length; i++) order[i] = (records[i].Time - slice.Start) << 32 | (long)i;
        order.Sort();
        var first = _taken.Count;
        CollectionsMarshal.SetCount(_taken, first + records.Length);
        var taken = CollectionsMarshal.AsSpan(_taken)[first..];
        for (var i = 0; i < taken.Length; i++) taken[i] = records[(int)order[i]];
    }

    private bool WriteFrozen(Slice slice, ref int budget)
    {
        for (; slice.Written < slice.Frozen && budget > 0; budget--)
        {
            ref readonly var record = ref CollectionsMarshal.AsSpan(slice.Records)[slice.Written++];
            if (record.IsTaken) continue;
            var (key, value) = (new KeyPart<TKey>(record.Key, record.Number), (record.Time, record.Origin.Packed, record.Value));
            var hash = Keys.Hash(key);
            _changes.Put(Id, slice.Start, hash, key, ref value, Keys);
            slice.WrittenShards |= 1UL << Shards.Of(hash);
        }

        return slice.Written == slice.Frozen;
    }

    private sealed class Slice : ITimeSlice
    {
        public readonly List<WaitingRecord<TKey, T>> Records = [];
        public int Written; // the number of them in checkpoints
        public int Frozen; // the number of them that belong there
        public int Taken;
        public ulong WrittenShards;
        public bool IsRestored;

        public long Start { get; set; }

        public ref WaitingRecord<TKey, T> Next()
        {
            Records.Add(default); // not SetCount, which leaves what the slice held before, such as IsTaken
            return ref CollectionsMarshal.AsSpan(Records)[^1];
        }

        /// <summary>Sorts the records by arrival; only those restored from a checkpoint are not in that order already.</summary>
        public void PutInOrderOfComing()
        {
            if (IsRestored) CollectionsMarshal.AsSpan(Records).Sort(static (a, b) => a.Number.CompareTo(b.Number));
            IsRestored = false;
        }

        public void Clear()
        {
            Records.Clear();
            Written = Frozen = Taken = 0;
            WrittenShards = 0;
            IsRestored = false;
        }
    }

    /// <summary>The order of those records of one slice that are not taken yet.</summary>
    private sealed class OpenSlice
    {
        private readonly List<long> _order = []; // time and, below it, index
        private Slice? _slice;
        private int _count;
        private int _next;

        public int NextIndex => (int)_order[_next];

        public ref WaitingRecord<TKey, T> Next => ref CollectionsMarshal.AsSpan(_slice!.Records)[NextIndex];

        /// <summary>Whether the order is that of a slice to which nothing was added since.</summary>
        public bool IsOf(Slice slice) => _slice == slice && _count == slice.Records.Count;

        public void GoOn() => _next++;

        public void Close() => _slice = null;

        public void Sort(Slice slice)
        {
            slice.PutInOrderOfComing();
            (_slice, _count, _next) = (slice, slice.Records.Count, 0);
            _order.Clear();
            var records = CollectionsMarshal.AsSpan(slice.Records);
            for (var i = 0; i < records.Length; i++)
            {
                if (!records[i].IsTaken) _order.Add((records[i].Time - slice.Start) << 32 | (long)i);
            }

            _order.Sort();
        }
    }
}
