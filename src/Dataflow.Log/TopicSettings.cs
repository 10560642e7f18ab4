namespace Dataflow.Log;

/// <summary>The retention and segment sizes of a topic. Stored with the topic; see <see cref="LogStore.ConfigureTopicAsync"/>.</summary>
/// <remarks>Retention deletes whole segment files, oldest first, as <see cref="LogStore.TrimAsync"/> does. A reader below the new start
/// gets an <see cref="OffsetOutOfRangeException"/>, which names the earliest offset.</remarks>
public sealed record TopicSettings
{
    /// <summary>The time for which records are kept at least, since they were appended by the log's clock, whatever their own timestamps
    /// are. They are deleted at most a tenth of it and a second later. Default null: kept for ever. At least 1 s.</summary>
    public TimeSpan? RetentionTime
    {
        get;
        init
        {
            if (value is { } time) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromSeconds(1), nameof(RetentionTime));
            field = value;
        }
    }

    /// <summary>The bytes that each partition keeps at least; when a segment is full, the oldest ones beyond that are deleted. Default
    /// null: no limit. At least 64 KiB.</summary>
    public long? RetentionBytes
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 64 << 10, nameof(RetentionBytes));
            field = value;
        }
    }

    /// <summary>The size in bytes at which the segment files of a small partition are closed. In a larger one they get an eighth of the
    /// partition's size, so that their number stays small, and at most <see cref="LogOptions.SegmentBytes"/>. Default null: an eighth of
    /// <see cref="RetentionBytes"/> or, where that is null too, <see cref="LogOptions.SegmentBytes"/>. At least 64 KiB.</summary>
    public int? SegmentBytes
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 64 << 10, nameof(SegmentBytes));
            field = value;
        }
    }

    /// <summary>Returns the size of the next segment of a partition of the given size.</summary>
    internal long SegmentBytesFor(long heldBytes, int maxBytes)
    {
        if (SegmentBytes is { } min) return Math.Min(maxBytes, Math.Max(min, heldBytes / 8));
        return RetentionBytes is { } kept ? Math.Clamp(kept / 8, 64 << 10, maxBytes) : maxBytes;
    }

    /// <summary>Whether a segment of the given age is closed, so that the records of a slow topic are deleted in time as well.</summary>
    internal bool IsClosedAfter(long milliseconds) => RetentionTime is { } time && milliseconds >= time.TotalMilliseconds / 20;
}
