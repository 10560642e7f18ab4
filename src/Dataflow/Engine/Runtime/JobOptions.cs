using Dataflow.Log;
using Microsoft.Extensions.Logging;

namespace Dataflow;

/// <summary>The options of a job.</summary>
public sealed record JobOptions
{
    /// <summary>The log to run on. The job does not close it. Null: the job opens the one in <see cref="Directory"/>.</summary>
    public PartitionedLog? Log { get; init; }

    /// <summary>The directory of the job's own log, if <see cref="Log"/> is null. Default: <c>dataflow-data</c> in the current
    /// directory.</summary>
    public string Directory { get; init; } = "dataflow-data";

    /// <summary>The number of workers, each with a thread of its own. Default: one for each processor; at most 64.</summary>
    public int Workers
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Workers));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, State.Shards.Count, nameof(Workers));
            field = value;
        }
    } = Math.Min(Environment.ProcessorCount, State.Shards.Count);

    /// <summary>The interval of checkpoints, at which results become visible and progress durable. Default 1 s, at least 1 ms.</summary>
    public TimeSpan CheckpointInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), nameof(CheckpointInterval));
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>The largest distance of a split's watermark ahead of the lowest one of all sources; a split further ahead is not read for a
    /// while. Default null: unlimited.</summary>
    /// <remarks>Windows and joins keep the records of a fast source until slow ones have come as far; this option bounds their amount. A
    /// split may pass the bound by one read. Splits that are idle, at their end, or without event time hold no others back.</remarks>
    public TimeSpan? MaxWatermarkDrift
    {
        get;
        init
        {
            if (value is { } max) ArgumentOutOfRangeException.ThrowIfLessThan(max, TimeSpan.Zero, nameof(MaxWatermarkDrift));
            field = value;
        }
    }

    /// <summary>The restarts after transient errors: how many, and with which delays. Default: none.</summary>
    public RestartPolicy Restarts
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Restarts));
            field = value;
        }
    } = RestartPolicy.Never;

    /// <summary>The number of other processes that keep a copy of each shard's state in memory, up to date from the log, so that one that
    /// takes it over need not read it. Default 0, at most 63.</summary>
    /// <remarks>Which process takes a shard over does not depend on who has its copy: with as many standbys as there are other processes,
    /// each has one. Where one process has all shards, each that waits keeps copies of all, unless this is 0. Where no other process can
    /// take over, it has no effect.</remarks>
    public int Standbys
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Standbys));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, State.Shards.Count, nameof(Standbys));
            field = value;
        }
    }

    /// <summary>A directory of this process's own for images of its state, so that a start reads from the log no more than what was
    /// committed after them; where the log lies in a cluster, that is most of a start's time. Default null: none. A relative path is one in
    /// the current directory.</summary>
    /// <remarks>Images are files in <c>StateDirectory/PIPELINE.state</c>, one for each shard of state, also of shards that were here
    /// not long ago. They are written beside the work, when as much as half of a shard has changed, and by a stop with a checkpoint.
    /// Nothing is only there: an image that is damaged, too old or of another topic is removed, and its shard restored from the log. A
    /// second process that is given the same directory ends with an error. On a log in a directory of this machine it has no
    /// effect.</remarks>
    public string? StateDirectory
    {
        get;
        init
        {
            if (value is not null) ArgumentException.ThrowIfNullOrWhiteSpace(value, nameof(StateDirectory));
            field = value;
        }
    }

    /// <summary>The address at which this process answers others that share the pipeline, that of its feature server: others forward
    /// requests there. It is in <see cref="JobStatus.Processes"/>, and in the error of who asks another process for one of its keys.
    /// Default null: none.</summary>
    public Uri? AdvertisedAddress { get; init; }

    /// <summary>The factory of the logger <c>Dataflow.Job</c>, and of that of a log which the job opens itself. The messages tell of
    /// starts, checkpoints, restarts, late records and dead letters, never of what is in a record. Default null: no messages.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The messages and errors of all runs of the job; null before the first.</summary>
    internal JobLog? JobLog { get; init; }

    /// <summary>The number of restarts before this run.</summary>
    internal int Restarted { get; init; }

    /// <summary>The largest number of records read from a split in one step; small in simulations, for more interleavings.</summary>
    internal int ReadRecords { get; init; } = 1024;

    /// <summary>The time after which a task yields to others, between two records; below zero: after each record.</summary>
    internal TimeSpan LongestTurn { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The number of changed bytes from which on a shard gets a new snapshot.</summary>
    internal long SnapshotBytes { get; init; } = 512 << 10;

    /// <summary>The least number of changed bytes from which on a shard gets a new image in the state directory.</summary>
    internal long ImageBytes { get; init; } = 64 << 10;

    /// <summary>Whether a source without available records is left alone until it reports more. Simulations, which have no thread to
    /// receive the report, look again at every turn.</summary>
    internal bool WaitsForInput { get; init; } = true;

    /// <summary>The clock of processing time, timeouts and intervals. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
