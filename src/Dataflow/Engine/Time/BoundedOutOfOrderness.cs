namespace Dataflow.Time;

/// <summary>The watermark of a split stays behind its newest record by a fixed time. It needs no state.</summary>
internal sealed class BoundedOutOfOrderness<T>(TimeSpan limit) : WatermarkGenerator<T, ValueTuple>
{
    private readonly long _limitMs = (long)limit.TotalMilliseconds;

    public override string Name => $"out of order by {limit}";

    public override bool GoesByNewest => true;

    public override ValueTuple Create() => default;

    public override ValueTuple Add(ValueTuple state, T value, long time) => state;

    public override long Watermark(ValueTuple state, long newest) => newest - _limitMs;
}
