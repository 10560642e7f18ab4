namespace Dataflow;

/// <summary>When results of a window go out beside the one at its end, and what they hold.</summary>
/// <remarks>Early results come only for keys whose window has changed. What is early, on time or late is in
/// <see cref="Window.Firing"/>. A window with a trigger is kept for itself, so that each record is aggregated once for every
/// window that it belongs to: choose few overlapping windows with it.</remarks>
/// <example><code>
/// orders.Window(
///         Tumbling.Every(TimeSpan.FromMinutes(10)),
///         trigger: new Trigger { EarlyRecords = 2, AllowedLateness = TimeSpan.FromMinutes(30) })
///     .Aggregate(
///         a => a.Sum(order => order.Pieces),
///         (item, window, pieces) => $"{window.Start:HH:mm} {item}: {pieces} pieces, {window.Firing}, result {window.FiringIndex}")
///     .To(Sink.Console&lt;string>());
/// </code></example>
public sealed record Trigger
{
    /// <summary>Hands out early results each time the watermark passes a whole multiple of this, in event time.</summary>
    public TimeSpan? EarlyEvery
    {
        get;
        init => field = value is { } every && WindowSpec.WholeMilliseconds(every, nameof(EarlyEvery)) > 0 ? value : null;
    }

    /// <summary>Hands out an early result of a key and window after each so many records.</summary>
    public int? EarlyRecords
    {
        get;
        init
        {
            if (value is { } records) ArgumentOutOfRangeException.ThrowIfLessThan(records, 1, nameof(EarlyRecords));
            field = value;
        }
    }

    /// <summary>How long after its end a window still takes records. Each such record gives a late result at once, with the
    /// window's time; windows that follow need to allow as much lateness.</summary>
    public TimeSpan AllowedLateness
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(AllowedLateness));
            field = value;
        }
    }

    /// <summary>Whether a result holds only what came since the one before. Unless set, each holds all of its window so far.</summary>
    public bool Discards { get; init; }

    /// <summary>Windows give one result, at their end.</summary>
    internal static Trigger AtEnd { get; } = new();

    internal bool IsAtEnd => this == AtEnd;

    internal long AllowedLatenessMs => (long)AllowedLateness.TotalMilliseconds;

    internal string Text => string.Concat(
        EarlyEvery is { } every ? $", early every {every}" : "",
        EarlyRecords is { } records ? $", early every {records} records" : "",
        AllowedLateness > TimeSpan.Zero ? $", lateness {AllowedLateness}" : "",
        Discards ? ", discarding" : "");

    /// <summary>A watermark put back by the allowed lateness: what ends up to there takes no more records.</summary>
    internal long Closed(long watermark) => watermark is long.MinValue or long.MaxValue ? watermark : watermark - AllowedLatenessMs;
}
