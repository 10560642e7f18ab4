using Microsoft.Extensions.Logging;

namespace Dataflow.Log;

/// <summary>The options of a log.</summary>
public sealed record LogOptions
{
    internal const long DefaultMaxPendingBytes = 64 << 20;

    /// <summary>The failures that an acknowledged commit survives. Default <see cref="Durability.PowerLoss"/>.</summary>
    public Durability Durability { get; init; } = Durability.PowerLoss;

    /// <summary>The size in bytes at which a partition's segment file is closed and the next begun. Default 128 MiB, at least 64
    /// KiB.</summary>
    public int SegmentBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64 << 10, nameof(SegmentBytes));
            field = value;
        }
    } = 128 << 20;

    /// <summary>The size in bytes at which a journal file is checkpointed and recycled, which bounds what a recovery replays. There are two
    /// such files. Default 16 MiB, at least 64 KiB.</summary>
    public int JournalFileBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64 << 10, nameof(JournalFileBytes));
            field = value;
        }
    } = 16 << 20;

    /// <summary>The bytes that one <see cref="LogProducer"/> holds unacknowledged before its appends wait. Default 64 MiB, at least 4
    /// KiB.</summary>
    public long MaxPendingBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 4 << 10, nameof(MaxPendingBytes));
            field = value;
        }
    } = DefaultMaxPendingBytes;

    /// <summary>The file system for every file operation. Default <see cref="PhysicalFileSystem"/>; not used by
    /// <see cref="Durability.Memory"/>.</summary>
    public IFileSystem FileSystem
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(FileSystem));
            field = value;
        }
    } = PhysicalFileSystem.Instance;

    /// <summary>The scheduler that runs the commits, one at a time. Default null: a thread of the store's own. A scheduler that runs tasks
    /// at once on the caller's thread makes every <see cref="PartitionedLog.CommitAsync"/> complete before it returns.</summary>
    public TaskScheduler? CommitScheduler { get; init; }

    /// <summary>The clock for the times of appends, which retention uses, and for its timer. Default: the system's.</summary>
    public TimeProvider Time
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Time));
            field = value;
        }
    } = TimeProvider.System;

    /// <summary>The factory of the logger <c>Dataflow.Log.LogStore</c>, which tells of recoveries and of a full or failed disk; never of
    /// records. Default null: no messages.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
