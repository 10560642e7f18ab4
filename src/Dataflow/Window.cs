namespace Dataflow;

/// <summary>A span of event time: from its start, inclusive, to its end, exclusive; both ms since the Unix epoch.</summary>
/// <remarks>Windows with equal bounds are equal, whatever their firing.</remarks>
public readonly record struct Window(long StartMs, long EndMs)
{
    /// <summary>The first moment inside the window.</summary>
    public DateTimeOffset Start => DateTimeOffset.FromUnixTimeMilliseconds(StartMs);

    /// <summary>The first moment after the window.</summary>
    public DateTimeOffset End => DateTimeOffset.FromUnixTimeMilliseconds(EndMs);

    /// <summary>The reason for this result; on time unless the windows have a <see cref="Trigger"/> or all input was idle.</summary>
    public Firing Firing { get; init; }

    /// <summary>The number of results of the same key and window before this one.</summary>
    public int FiringIndex { get; init; }

    /// <summary>Whether a moment, in ms since the Unix epoch, lies inside the window.</summary>
    public bool Holds(long moment) => moment >= StartMs && moment < EndMs;

    /// <summary>The bounds: as dates where they are in range, else as numbers.</summary>
    public override string ToString() => $"window from {TimeRange.TextOf(StartMs)} to {TimeRange.TextOf(EndMs)}";

    /// <inheritdoc/>
    public bool Equals(Window other) => StartMs == other.StartMs && EndMs == other.EndMs;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StartMs, EndMs);
}

/// <summary>The reason why a window emitted a result.</summary>
public enum Firing
{
    /// <summary>The watermark has passed the window's end.</summary>
    OnTime = 0,

    /// <summary>A <see cref="Trigger"/> emitted a result before the end.</summary>
    Early = 1,

    /// <summary>A record arrived after the end, within the allowed lateness.</summary>
    Late = 2,

    /// <summary>All input is idle, and by the clock the window is over. It stays open: if a record changes its key's part of it, another
    /// result follows, else this one is the last.</summary>
    Quiet = 3,
}
