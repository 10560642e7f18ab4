namespace Dataflow;

/// <summary>A span of event time: from its start, inclusive, to its end, exclusive; both ms since the Unix epoch.</summary>
public readonly record struct Window(long StartMs, long EndMs)
{
    /// <summary>The first moment inside.</summary>
    public DateTimeOffset Start => DateTimeOffset.FromUnixTimeMilliseconds(StartMs);

    /// <summary>The first moment after.</summary>
    public DateTimeOffset End => DateTimeOffset.FromUnixTimeMilliseconds(EndMs);
}
