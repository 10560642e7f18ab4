using Dataflow.Time;

namespace Dataflow.Windows;

/// <summary>The times of records that are not late, in one comparison.</summary>
internal readonly struct OpenTimes
{
    private readonly long _from;
    private readonly ulong _length;

    /// <param name="windows">The windows of the records; null where there are none.</param>
    /// <param name="closed">What ends up to there takes no more records.</param>
    public OpenTimes(WindowSpec? windows, long closed)
    {
        var (least, most) = windows is { NeedsTime: true } ? (TimeRange.Least, TimeRange.Most) : (long.MinValue, long.MaxValue - 1);
        _from = Math.Max(windows?.OpenFrom(closed) ?? long.MinValue, least);
        _length = _from > most ? 0 : unchecked((ulong)(most - _from) + 1);
    }

    public bool Hold(long time) => unchecked((ulong)(time - _from)) < _length;
}
