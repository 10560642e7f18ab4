namespace Dataflow.Windows;

/// <summary>The total of a sliding window, for aggregates that cannot retract values.</summary>
/// <remarks>Two stacks: the back adds up new values; the front holds for each older value the total from there on. When the front is used
/// up, the back is turned over into it, so that a value is merged about three times in all, however many a window holds. Tangwongsan,
/// Hirzel, Schneider: Low-Latency Sliding-Window Aggregation in Worst-Case Constant Time, DEBS 2017, section 3.</remarks>
internal sealed class SlidingTotal<TAccumulator>(Func<TAccumulator> create, SlidingTotal<TAccumulator>.Merger merge)
{
    private readonly Stack<(long Time, TAccumulator FromHere, int Records)> _front = [];
    private readonly List<(long Time, TAccumulator Value, int Records)> _back = [];
    private TAccumulator _backTotal = create();

    public delegate void Merger(ref TAccumulator into, in TAccumulator other);

    public bool IsEmpty => _front.Count == 0 && _back.Count == 0;

    /// <summary>The number of records in the total.</summary>
    public long Records { get; private set; }

    /// <summary>Adds a value newer than all others, which aggregates the given number of records.</summary>
    public void Add(long time, TAccumulator value, int records)
    {
        Records += records;
        _back.Add((time, value, records));
        merge(ref _backTotal, in value);
    }

    /// <summary>Removes the values up to and including a time.</summary>
    public void RemoveUpTo(long time)
    {
        while (_front.TryPeek(out var oldest) && oldest.Time <= time) Records -= _front.Pop().Records;
        if (_front.Count == 0 && _back.Count > 0 && _back[0].Time <= time) TurnOver(time);
    }

    public TAccumulator Total()
    {
        var total = create();
        if (_front.TryPeek(out var oldest)) merge(ref total, in oldest.FromHere);
        merge(ref total, in _backTotal);
        return total;
    }

    private void TurnOver(long after)
    {
        var total = create();
        for (var i = _back.Count - 1; i >= 0; i--)
        {
            if (_back[i].Time <= after)
            {
                Records -= _back[i].Records;
                continue;
            }

            var fromHere = create();
            merge(ref fromHere, _back[i].Value);
            merge(ref fromHere, in total);
            _front.Push((_back[i].Time, fromHere, _back[i].Records));
            total = fromHere;
        }

        _back.Clear();
        _backTotal = create();
    }
}
