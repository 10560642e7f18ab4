namespace Dataflow.Log;

/// <summary>How a topic keeps its records. Stored with the topic; see <see cref="LogStore.ConfigureTopicAsync"/>.</summary>
/// <remarks>
/// Retention lets go of whole segment files, oldest first, as <see cref="LogStore.TrimAsync"/> does. A reader that is below the new start
/// gets an <see cref="OffsetOutOfRangeException"/>, which tells the earliest offset.
/// </remarks>
public sealed record TopicSettings
{
    /// <summary>
    /// For how long records are kept at least, from when they were appended by the log's clock, whatever their own timestamps
    /// say. They go at most a tenth of it and a second later. Default null: for ever. Least 1 s.
    /// </summary>
    public TimeSpan? RetentionTime
    {
        get;
        init
        {
            if (value is { } time) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromSeconds(1), nameof(RetentionTime));
            field = value;
        }
    }

    /// <summary>
    /// How many bytes each partition keeps at least. More are let go when a segment is full. Default null: any number. Least 64 KiB.
    /// </summary>
    public long? RetentionBytes
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 64 << 10, nameof(RetentionBytes));
            field = value;
        }
    }

    /// <summary>
    /// Size in bytes at which a segment file is closed; it grows up to <see cref="LogOptions.SegmentBytes"/> with an eighth of what
    /// the partition holds. Default null: an eighth of <see cref="RetentionBytes"/>, or else <see cref="LogOptions.SegmentBytes"/>.
    /// Least 64 KiB.
    /// </summary>
    public int? SegmentBytes
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 64 << 10, nameof(SegmentBytes));
            field = value;
        }
    }

    /// <summary>The size of the next segment of a partition that holds so many bytes.</summary>
    internal long SegmentBytesFor(long heldBytes, int maxBytes)
    {
        if (SegmentBytes is { } min) return Math.Min(maxBytes, Math.Max(min, heldBytes / 8));
        return RetentionBytes is { } kept ? Math.Clamp(kept / 8, 64 << 10, maxBytes) : maxBytes;
    }

    /// <summary>Whether a segment begun so long ago is closed, so that the records of a slow topic go in time as well.</summary>
    internal bool IsClosedAfter(long milliseconds) => RetentionTime is { } time && milliseconds >= time.TotalMilliseconds / 20;
}
