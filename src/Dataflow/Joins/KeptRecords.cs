using Dataflow.State;

namespace Dataflow.Joins;

/// <summary>The records of one side of a join, by key, in slices of time.</summary>
/// <remarks>A slice holds the records whose <see cref="KeptRecord{T}.End"/> falls into it, and goes as a whole when the watermark has
/// passed it: no timer and no removal for each record. Within a slice a key's records are numbered from 0, each an entry of its
/// own, so that one more costs a checkpoint no more than itself and the first. Who looks for a span of time sees its slices
/// alone, however many records of the key the others hold.</remarks>
/// <param name="context">Opens the state.</param>
/// <param name="name">Names the state within the step.</param>
/// <param name="sliceMs">The length of a slice.</param>
internal sealed class KeptRecords<TKey, T>(OperatorContext context, string name, long sliceMs)
    where TKey : notnull
{
    private const long Endless = long.MaxValue;

    private readonly NamespacedState<KeyPart<TKey>, KeptRecord<T>> _state =
        context.OpenTables<KeyPart<TKey>, KeptRecord<T>>(name, new KeyPartCodec<TKey>());

    private readonly List<(long Start, KeyedState<KeyPart<TKey>, KeptRecord<T>> Records)> _slices = []; // in order of time
    private int _last;

    /// <summary>Keeps a record until the watermark has passed its end.</summary>
    public void Add(TKey key, in KeptRecord<T> record)
    {
        var slice = Slice(StartOf(record.End));
        ref var first = ref slice.Update(new(key, 0), out var exists);
        if (!exists)
        {
            first = record;
            first.Count = 1;
            return;
        }

        var number = first.Count++;
        slice.Update(new(key, number), out _) = record;
    }

    /// <summary>The kept records of a key that may be partners of a record: each lies within the other's limits.</summary>
    /// <param name="key">The key of both.</param>
    /// <param name="time">The record's time.</param>
    /// <param name="end">The time of its last partner.</param>
    /// <param name="mostSpan">The most that a kept record's end lies after its time.</param>
    public Partners Find(TKey key, long time, long end, long mostSpan) => new(this, key, time, end, mostSpan);

    /// <summary>Drops the slices that the watermark has passed, after a last look at their records.</summary>
    /// <param name="watermark">Neither side brings an older record.</param>
    /// <param name="context">Handed to <paramref name="look"/>.</param>
    /// <param name="look">Is told each record, in no particular order.</param>
    public void DropBefore<TContext>(long watermark, TContext context, Look<TContext> look)
    {
        FillFromState();
        var passed = 0;
        for (; passed < _slices.Count && LastOf(_slices[passed].Start) < watermark; passed++)
        {
            var (start, records) = _slices[passed];
            records.ForEach(
                (context, look, Last: LastOf(start)),
                static (to, part, ref record) => to.look(to.context, part, in record, to.Last));
            _state.Drop(start);
        }

        if (passed == 0) return;
        _slices.RemoveRange(0, passed);
        _last = 0;
    }

    /// <param name="context">What the caller gave.</param>
    /// <param name="part">The record's key and its number among those of key and slice.</param>
    /// <param name="record">The record.</param>
    /// <param name="last">The last moment of the slice.</param>
    internal delegate void Look<in TContext>(TContext context, KeyPart<TKey> part, in KeptRecord<T> record, long last);

    private long StartOf(long end) => end == Endless ? Endless : end - (((end % sliceMs) + sliceMs) % sliceMs);

    private long LastOf(long start) => start == Endless ? Endless - 1 : start + sliceMs - 1;

    private KeyedState<KeyPart<TKey>, KeptRecord<T>> Slice(long start)
    {
        FillFromState();
        if (_last < _slices.Count && _slices[_last].Start == start) return _slices[_last].Records;
        _last = FirstFrom(start);
        if (_last == _slices.Count || _slices[_last].Start != start) _slices.Insert(_last, (start, _state.Open(start)));
        return _slices[_last].Records;
    }

    /// <summary>Takes what a restored job holds.</summary>
    private void FillFromState()
    {
        if (_slices.Count == _state.Tables.Count) return;
        _slices.Clear();
        foreach (var (start, records) in _state.Tables) _slices.Add((start, records));
    }

    /// <summary>The number of the first slice that starts at a moment or later.</summary>
    private int FirstFrom(long start)
    {
        var (low, high) = (0, _slices.Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_slices[middle].Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Goes through the partners of one record, by slices and in each in the order of their coming.</summary>
    public struct Partners
    {
        private readonly KeptRecords<TKey, T> _kept;
        private readonly TKey _key;
        private readonly long _time;
        private readonly long _end;
        private readonly long _lastStart;
        private int _next;
        private KeyedState<KeyPart<TKey>, KeptRecord<T>> _slice = null!;
        private int _number;
        private int _count;
        private KeptRecord<T> _current;

        public Partners(KeptRecords<TKey, T> kept, TKey key, long time, long end, long mostSpan)
        {
            kept.FillFromState();
            _kept = kept;
            _key = key;
            _time = time;
            _end = end;
            _lastStart = end == Endless ? Endless : JoinBounds.Add(end, mostSpan);
            _next = kept.FirstFrom(kept.StartOf(time));
        }

        public readonly long Time => _current.Time;

        public readonly T Value => _current.Value;

        public bool MoveNext()
        {
            do
            {
                if (++_number < _count) _slice.TryGet(new(_key, _number), out _current);
                else if (!MoveToNextSlice()) return false;
            }
            while (_current.End < _time || _current.Time > _end);
            return true;
        }

        public readonly void MarkMatched()
        {
            if (!_current.IsMatched) _slice.Update(new(_key, _number), out _).IsMatched = true;
        }

        private bool MoveToNextSlice()
        {
            while (_next < _kept._slices.Count && _kept._slices[_next].Start <= _lastStart)
            {
                _slice = _kept._slices[_next++].Records;
                if (!_slice.TryGet(new(_key, 0), out _current)) continue;
                _number = 0;
                _count = _current.Count;
                return true;
            }

            return false;
        }
    }
}
