namespace Dataflow;

/// <summary>Decides when a window emits results beside the one at its end, and what they contain.</summary>
/// <remarks>Early results are emitted only for keys whose window has changed. <see cref="Window.Firing"/> says whether a result is early,
/// on time or late. A window with a trigger shares no panes: each record is aggregated once for every window that contains it, so choose
/// few overlapping windows.</remarks>
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
    /// <summary>Emits early results each time the watermark passes a whole multiple of this, in event time. Default null: none.</summary>
    public TimeSpan? EarlyEvery
    {
        get;
        init => field = value is { } every && WindowSpec.WholeMilliseconds(every, nameof(EarlyEvery)) > 0 ? value : null;
    }

    /// <summary>Emits an early result of a key and window after each such number of records. Default null: none.</summary>
    public int? EarlyRecords
    {
        get;
        init
        {
            if (value is { } records) ArgumentOutOfRangeException.ThrowIfLessThan(records, 1, nameof(EarlyRecords));
            field = value;
        }
    }

    /// <summary>The time after its end during which a window still takes records; zero unless set. Each such record emits a late result at
    /// once, with the window's time; windows that follow need at least the same allowed lateness.</summary>
    public TimeSpan AllowedLateness
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(AllowedLateness));
            field = value;
        }
    }

    /// <summary>Whether a result contains only the records since the previous one. Default false: each contains the whole window so
    /// far.</summary>
    public bool Discards { get; init; }

    /// <summary>The trigger that emits one result per window, at its end.</summary>
    public static Trigger AtEnd { get; } = new();

    /// <summary>The moment up to which windows that end there take no more records: the watermark less the allowed lateness, in ms since
    /// the Unix epoch.</summary>
    public long Closed(long watermark)
        => watermark is long.MinValue or long.MaxValue ? watermark : watermark - (long)AllowedLateness.TotalMilliseconds;

    /// <summary>The settings that differ from one result at the end, as the plan shows them.</summary>
    public override string ToString() => string.Join(", ", ((string?[])
    [
        EarlyEvery is { } every ? $"early every {every}" : null,
        EarlyRecords is { } records ? $"early every {records} records" : null,
        AllowedLateness > TimeSpan.Zero ? $"lateness {AllowedLateness}" : null,
        Discards ? "discarding" : null,
    ]).OfType<string>());
}
