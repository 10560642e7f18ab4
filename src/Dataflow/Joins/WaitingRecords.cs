using Dataflow.State;

namespace Dataflow.Joins;

/// <summary>Records that wait, in slices of time, for the watermark to pass them.</summary>
/// <param name="context">Opens the state.</param>
/// <param name="name">Names the state within the step.</param>
/// <param name="sliceMs">The length of a slice.</param>
internal sealed class WaitingRecords<TKey, T>(OperatorContext context, string name, long sliceMs)
    where TKey : notnull
{
    private readonly NamespacedState<KeyPart<TKey>, (long Time, T Value)> _slices =
        context.OpenTables<KeyPart<TKey>, (long Time, T Value)>(name, new KeyPartCodec<TKey>());

    private readonly List<Waiting<TKey, T>> _taken = [];
    private long _next = -1; // the number of the next record; not known yet

    public void Add(in Record<Keyed<TKey, T>> record)
    {
        if (_next < 0) _next = NextAfterRestored();
        var start = record.Timestamp - (((record.Timestamp % sliceMs) + sliceMs) % sliceMs);
        _slices.Open(start).Update(new(record.Value.Key, _next++), out _) = (record.Timestamp, record.Value.Value);
    }

    /// <summary>Takes the records of the slices that the watermark has passed, by time and, in one moment, in the order of their
    /// coming.</summary>
    /// <returns>Valid until the next call.</returns>
    public List<Waiting<TKey, T>> TakeBefore(long watermark)
    {
        _taken.Clear();
        while (_slices.Tables.Count > 0 && _slices.Tables.First() is var (start, records) && start + sliceMs <= watermark)
        {
            records.ForEach(_taken, static (taken, part, ref record) => taken.Add(new(part.Key, part.Part, record.Time, record.Value)));
            _slices.Drop(start);
        }

        _taken.Sort(Waiting<TKey, T>.InOrder);
        return _taken;
    }

    private long NextAfterRestored()
    {
        var numbers = new List<long> { -1 };
        foreach (var records in _slices.Tables.Values) records.ForEach(numbers, static (to, part, ref _) => to.Add(part.Part));
        return numbers.Max() + 1;
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
