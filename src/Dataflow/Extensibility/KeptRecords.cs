using System.Buffers;
using System.Runtime.CompilerServices;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>Records of a step that are kept until the watermark has passed their ends, and are found by key and time: one side of a join.
/// They are part of every checkpoint.</summary>
/// <remarks>Made by <see cref="StepDeclaration.Kept"/>. Only its task's thread may use it. A slice of time holds the records whose ends
/// fall into it, and is dropped as a whole when the watermark has passed it: there is no timer and no removal for each record. A search
/// reads only the slices of its span, however many records of the key the others hold. Records are kept as the bytes that checkpoints
/// write: millions of them cost the garbage collector nothing. A value is deserialized when it is asked for.</remarks>
public sealed class KeptRecords<TKey, T> : IState
    where TKey : notnull
{
    /// <summary>The end of a record that is kept for ever.</summary>
    public const long Endless = long.MaxValue;

    private const int MadeValuesLog = 10;

    private static readonly KeyPartCodec<TKey> Keys = new();

    private readonly Changes _changes;
    private readonly long _sliceMs;
    private readonly NamespacedState<TKey, KeptChain> _chains; // in no checkpoint: records are found again by the keys that lie with them
    private readonly List<KeptSlice<TKey, T>> _slices = []; // in order of time
    private readonly Stack<byte[]> _spare = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _keyBytes;
    private readonly (KeptSlice<TKey, T>? Slice, long Place, T Value)[] _made = new (KeptSlice<TKey, T>?, long, T)[1 << MadeValuesLog];
    private long _nextNumber; // makes the keys of changes unique; of one key the later record has the greater number
    private int _last;

    /// <param name="name">The name of the state within the job.</param>
    /// <param name="changes">Collects the changes that checkpoints write.</param>
    /// <param name="sliceMs">The length of a slice.</param>
    internal KeptRecords(string name, Changes changes, long sliceMs)
        => (_changes, _sliceMs, _chains) = (changes, sliceMs, new(name, KeyCodec<TKey>.Default, changes));

    uint IState.Id => Id;

    bool IState.IsBroadcast => false;

    private uint Id => _chains.Id;

    /// <summary>The number of kept records.</summary>
    public long Entries => _slices.Sum(static slice => (long)slice.Count);

    /// <summary>Does the part of keeping a record that may fail: serializes it.</summary>
    public void Prepare(TKey key, T value)
    {
        _bytes.ResetWrittenCount();
        Keys.Write(new(key, _nextNumber), _bytes);
        _keyBytes = _bytes.WrittenCount;
        StateCodec<T>.Write(ref value, _bytes);
    }

    /// <summary>Keeps the record of the last <see cref="Prepare"/> until the watermark has passed its end.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="time">The record's time, ms since the Unix epoch.</param>
    /// <param name="end">The time of its last possible partner, or <see cref="Endless"/>.</param>
    /// <param name="origin">The record's origin.</param>
    /// <param name="isMatched">Whether it has had a partner.</param>
    public void Add(TKey key, long time, long end, RecordOrigin origin, bool isMatched = false)
    {
        _nextNumber++;
        var limits = new KeptLimits { Time = time, End = end, Origin = origin.Packed, IsMatched = isMatched };
        var bytes = _bytes.WrittenSpan;
        Slice(StartOf(end)).Add(key, bytes[.._keyBytes], in limits, bytes[_keyBytes..]);
    }

    /// <summary>Finds the kept records of a key that are partners of a record: those not later than its end, and whose ends are not before
    /// its time.</summary>
    /// <param name="key">The key of both.</param>
    /// <param name="time">The record's time.</param>
    /// <param name="end">The time of the record's last possible partner, or <see cref="Endless"/>.</param>
    /// <param name="maxSpan">The largest distance, in ms, of a kept record's end from its time; <see cref="Endless"/>: no limit.</param>
    public Partners Find(TKey key, long time, long end, long maxSpan) => new(this, key, time, end, maxSpan);

    /// <summary>Drops the slices that the watermark has passed, after a last look at their records.</summary>
    /// <param name="watermark">No older record follows.</param>
    /// <param name="context">Passed to <paramref name="look"/>.</param>
    /// <param name="look">Called with each record and the last moment of its slice.</param>
    public void DropBefore<TContext>(long watermark, TContext context, Action<TContext, KeptRecord<TKey, T>, long> look)
    {
        var passed = 0;
        for (; passed < _slices.Count && LastOf(_slices[passed].Start) < watermark; passed++)
        {
            var slice = _slices[passed];
            slice.ForEach((context, look, Last: LastOf(slice.Start)), static (to, record) => to.look(to.context, record, to.Last));
            slice.Drop(_changes, Id);
            _chains.Drop(slice.Start);
        }

        if (passed == 0) return;
        _slices.RemoveRange(0, passed);
        _last = 0;
        Array.Clear(_made);
    }

    void IState.Flip()
    {
        foreach (var slice in _slices) slice.Flip();
    }

    bool IState.WriteFrozen(ref int budget)
    {
        foreach (var slice in _slices)
        {
            if (!slice.WriteFrozen(_changes, Id, ref budget)) return false;
        }

        return true;
    }

    void IState.RestorePut(long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var part = Keys.Read(key);
        Slice(ns).Restore(part.Key, key.Span, value.Span);
        _nextNumber = Math.Max(_nextNumber, part.Part + 1);
    }

    void IState.ForEach(ShardSet shards, EntryVisitor visit)
    {
        foreach (var slice in _slices)
        {
            slice.ForEach((shards, visit, slice.Start), static (to, record) =>
            {
                if (to.shards.Contains(Shards.Of(record.Links.Hash))) to.visit(to.Start, record.ChangeKey, record.ChangeValue);
            });
        }
    }

    private long StartOf(long end) => end == Endless ? Endless : end - (((end % _sliceMs) + _sliceMs) % _sliceMs);

    private long LastOf(long start) => start == Endless ? Endless - 1 : start + _sliceMs - 1;

    private KeptSlice<TKey, T> Slice(long start)
    {
        if (_last < _slices.Count && _slices[_last].Start == start) return _slices[_last];
        _last = _slices.FirstFrom(start);
        if (_last == _slices.Count || _slices[_last].Start != start) _slices.Insert(_last, new(start, _chains.Open(start), _spare));
        return _slices[_last];
    }

    /// <summary>Returns a record's value, cached if it was asked for lately: few records are the partners of many.</summary>
    private T ValueOf(in KeptRecord<TKey, T> record, KeptSlice<TKey, T> slice, long place)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>()) return record.Value;
        ref var made = ref _made[((ulong)place * 0x9E3779B97F4A7C15) >> (64 - MadeValuesLog)];
        if (made.Slice != slice || made.Place != place) made = (slice, place, record.Value);
        return made.Value;
    }

    /// <summary>Enumerates the partners of one record, by slices, in each in the order of arrival. Not valid after a change of the records,
    /// except by <see cref="MarkMatched"/>.</summary>
    public struct Partners
    {
        private readonly KeptRecords<TKey, T> _kept;
        private readonly TKey _key;
        private readonly long _time;
        private readonly long _end;
        private readonly long _lastStart;
        private int _nextSlice;
        private KeptSlice<TKey, T> _slice = null!;
        private long _next = -1;
        private long _place;
        private KeptRecord<TKey, T> _current;

        internal Partners(KeptRecords<TKey, T> kept, TKey key, long time, long end, long maxSpan)
        {
            _kept = kept;
            _key = key;
            _time = time;
            _end = end;
            _lastStart = end == Endless || maxSpan == Endless ? Endless : end + maxSpan;
            _nextSlice = kept._slices.FirstFrom(kept.StartOf(time));
        }

        /// <summary>The current record's time, ms since the Unix epoch.</summary>
        public readonly long Time => _current.Limits.Time;

        /// <summary>The current record's value; of a reference type perhaps the same instance for several records.</summary>
        public readonly T Value => _kept.ValueOf(in _current, _slice, _place);

        /// <summary>Moves to the next partner; false if there is none.</summary>
        public bool MoveNext()
        {
            do
            {
                while (_next < 0)
                {
                    if (!MoveToNextSlice()) return false;
                }

                _place = _next;
                _current = _slice[_place];
                _next = _current.Links.Next;
            }
            while (_current.Limits.End < _time || _current.Limits.Time > _end);
            return true;
        }

        /// <summary>Marks that the current record has had a partner.</summary>
        public readonly void MarkMatched() => _slice.MarkMatched(_place, in _current);

        private bool MoveToNextSlice()
        {
            if (_nextSlice >= _kept._slices.Count || _kept._slices[_nextSlice].Start > _lastStart) return false;
            _slice = _kept._slices[_nextSlice++];
            _next = _slice.First(_key);
            return true;
        }
    }
}
