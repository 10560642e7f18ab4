namespace Dataflow.Combining;

/// <summary>The range of timestamps that are not late, tested in one comparison.</summary>
internal readonly struct OpenTimes
{
    private readonly long _from;
    private readonly ulong _length;

    /// <param name="windows">The windows of the records; null where there are none.</param>
    /// <param name="closed">The moment up to which windows that end there take no more records.</param>
    public OpenTimes(WindowSpec? windows, long closed)
    {
        var (min, max) = windows is { NeedsTime: true } ? (TimeRange.Min, TimeRange.Max) : (long.MinValue, long.MaxValue - 1);
        _from = Math.Max(windows?.OpenFrom(closed) ?? long.MinValue, min);
        _length = _from > max ? 0 : unchecked((ulong)(max - _from) + 1);
    }

    public bool Hold(long time) => unchecked((ulong)(time - _from)) < _length;
}
