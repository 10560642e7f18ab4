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
    private long _nextNumber;
    private int _last;

    public uint Id { get; } = StateId.Of(name);

    public bool IsBroadcast => false;

    public long Entries => _slices.Sum(static slice => (long)slice.Records.Count);

    public void Add(in Record<Keyed<TKey, T>> record)
        => SliceOf(record.Timestamp).Records.Add(new(record.Value.Key, _nextNumber++, record.Timestamp, record.Value.Value));

    /// <summary>Takes the records of the slices that the watermark has passed, by time and, in one moment, in the order of their
    /// coming.</summary>
    /// <returns>Valid until the next call.</returns>
    public List<Waiting<TKey, T>> TakeBefore(long watermark)
    {
        _taken.Clear();
        var passed = 0;
        for (; passed < _slices.Count && _slices[passed].Start + sliceMs <= watermark; passed++) Take(_slices[passed]);
        _slices.RemoveRange(0, passed);
        _last = 0;
        return _taken;
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
        slice.Records.Add(new(part.Key, part.Part, time, record));
        slice.Written = slice.Frozen = slice.Records.Count;
        slice.WrittenShards |= 1UL << Shards.Of(Keys.Hash(part));
        _nextNumber = Math.Max(_nextNumber, part.Part + 1);
    }

    private Slice SliceOf(long time)
    {
        var start = time - (((time % sliceMs) + sliceMs) % sliceMs);
        if (_last < _slices.Count && _slices[_last].Start == start) return _slices[_last];
        _last = _slices.FirstFrom(start);
        if (_last == _slices.Count || _slices[_last].Start != start)
        {
            var slice = _spare.TryPop(out var spare) ? spare : new Slice();
            slice.Start = start;
            _slices.Insert(_last, slice);
        }

        return _slices[_last];
    }

    private void Take(Slice slice)
    {
        var first = _taken.Count;
        _taken.AddRange(slice.Records);
        CollectionsMarshal.AsSpan(_taken)[first..].Sort(Waiting<TKey, T>.InOrder);
        var all = int.MaxValue;
        WriteFrozen(slice, ref all);
        changes.Drop(Id, slice.Start, slice.WrittenShards);
        if (_spare.Count == MostSpare) return;
        slice.Clear();
        _spare.Push(slice);
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

        public long Start { get; set; }

        public void Clear()
        {
            Records.Clear();
            Written = Frozen = 0;
            WrittenShards = 0;
        }
    }
}

/// <summary>A record that waits.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Number">The greater, the later it came.</param>
/// <param name="Time">Its time.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct Waiting<TKey, T>(TKey Key, long Number, long Time, T Value)
{
    public static readonly Comparison<Waiting<TKey, T>> InOrder = static (a, b)
        => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Number.CompareTo(b.Number);
}
