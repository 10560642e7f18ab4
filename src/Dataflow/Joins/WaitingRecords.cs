using System.Runtime.InteropServices;
using Dataflow.State;

namespace Dataflow.Joins;

/// <summary>Records that wait, in slices of time, for the watermark to pass them.</summary>
/// <remarks>A slice is a list that only grows, until it goes as a whole: nothing is looked up, and what a checkpoint has to write of it is
/// the stretch that came since the one before.</remarks>
/// <param name="name">Names the state within the job.</param>
/// <param name="changes">Takes what checkpoints write.</param>
/// <param name="sliceMs">The length of a slice.</param>
internal sealed class WaitingRecords<TKey, T>(string name, Changes changes, long sliceMs) : IState
    where TKey : notnull
{
    private const int MostSpare = 256;

    private static readonly KeyPartCodec<TKey> Keys = new();

    private readonly List<Slice> _slices = []; // in order of time
    private readonly Stack<Slice> _spare = [];
    private readonly List<Waiting<TKey, T>> _taken = [];
    private readonly List<long> _order = [];
    private long _nextNumber;
    private int _last;

    public uint Id { get; } = StateId.Of(name);

    public bool IsBroadcast => false;

    public long Entries => _slices.Sum(static slice => (long)slice.Records.Count);

    /// <returns>The place of the value, to be changed at once: not valid after another call.</returns>
    public ref T Add(in Record<Keyed<TKey, T>> record)
    {
        ref var waiting = ref SliceOf(record.Timestamp).Next();
        waiting.Key = record.Place.Key;
        waiting.Number = _nextNumber++;
        waiting.Time = record.Timestamp;
        waiting.Value = record.Place.Place;
        return ref waiting.Value;
    }

    /// <summary>Takes the records of the slices that the watermark has passed, by time and, in one moment, in the order of their
    /// coming.</summary>
    /// <returns>Valid until the next call.</returns>
    public Span<Waiting<TKey, T>> TakeBefore(long watermark)
    {
        _taken.Clear();
        var passed = 0;
        for (; passed < _slices.Count && _slices[passed].Start + sliceMs <= watermark; passed++) Take(_slices[passed]);
        _slices.RemoveRange(0, passed);
        _last = 0;
        return CollectionsMarshal.AsSpan(_taken);
    }

    public void Flip()
    {
        foreach (var slice in _slices) slice.Frozen = slice.Records.Count;
    }

    public bool WriteFrozen(ref int budget)
    {
        foreach (var slice in _slices)
        {
            if (!WriteFrozen(slice, ref budget)) return false;
        }

        return true;
    }

    public void RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var (part, (time, record)) = (Keys.Read(key), StateCodec<(long Time, T Value)>.Read(value));
        var slice = SliceOf(ns);
        slice.Next() = new() { Key = part.Key, Number = part.Part, Time = time, Value = record };
        slice.Written = slice.Frozen = slice.Records.Count;
        slice.IsRestored = true;
        slice.WrittenShards |= 1UL << Shards.Of(Keys.Hash(part));
        _nextNumber = Math.Max(_nextNumber, part.Part + 1);
    }

    private Slice SliceOf(long time)
    {
        var rest = time % sliceMs;
        var start = rest < 0 ? time - rest - sliceMs : time - rest;
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
        var number = (start - _slices[0].Start) / sliceMs;
        return number >= 0 && number < _slices.Count && _slices[(int)number].Start == start ? (int)number : _slices.FirstFrom(start);
    }

    private void Take(Slice slice)
    {
        AddInOrder(slice);
        var all = int.MaxValue;
        WriteFrozen(slice, ref all);
        changes.Drop(Id, slice.Start, slice.WrittenShards);
        if (_spare.Count == MostSpare) return;
        slice.Clear();
        _spare.Push(slice);
    }

    private void AddInOrder(Slice slice)
    {
        var records = CollectionsMarshal.AsSpan(slice.Records);
        // They stand in the order of their coming, but for those that come out of a checkpoint.
        if (slice.IsRestored) records.Sort(static (a, b) => a.Number.CompareTo(b.Number));
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
            var (key, value) = (new KeyPart<TKey>(record.Key, record.Number), (record.Time, record.Value));
            var hash = Keys.Hash(key);
            changes.Put(Id, slice.Start, hash, key, ref value, Keys);
            slice.WrittenShards |= 1UL << Shards.Of(hash);
        }

        return slice.Written == slice.Frozen;
    }

    private sealed class Slice : ITimeSlice
    {
        public readonly List<Waiting<TKey, T>> Records = [];
        public int Written; // how many of them are in checkpoints
        public int Frozen; // how many belong there
        public ulong WrittenShards;
        public bool IsRestored;

        public long Start { get; set; }

        public ref Waiting<TKey, T> Next()
        {
            CollectionsMarshal.SetCount(Records, Records.Count + 1);
            return ref CollectionsMarshal.AsSpan(Records)[^1];
        }

        public void Clear()
        {
            Records.Clear();
            Written = Frozen = 0;
            WrittenShards = 0;
            IsRestored = false;
        }
    }
}

/// <summary>A record that waits.</summary>
internal struct Waiting<TKey, T>
{
    public TKey Key;

    /// <summary>The greater, the later it came.</summary>
    public long Number;

    public long Time;

    public T Value;
}
