namespace Dataflow.Time;

/// <summary>The watermark of a split stays behind its newest record by a fixed time. It needs no state.</summary>
internal sealed class BoundedOutOfOrderness<T> : WatermarkGenerator<T, ValueTuple>
{
    private readonly TimeSpan _limit;
    private readonly long _limitMs;

    public BoundedOutOfOrderness(TimeSpan maxOutOfOrderness)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxOutOfOrderness, TimeSpan.Zero);
        (_limit, _limitMs) = (maxOutOfOrderness, (long)maxOutOfOrderness.TotalMilliseconds);
    }

    public override string Name => $"out of order by {_limit}";

    public override bool GoesByNewest => true;

    public override ValueTuple Create() => default;

    public override ValueTuple Add(ValueTuple state, T value, long time) => state;

    public override long Watermark(ValueTuple state, long newest) => newest - _limitMs;
}
