using Dataflow.Log;

namespace Dataflow;

/// <summary>How a pipeline is run.</summary>
public sealed record JobOptions
{
    /// <summary>The log to run on. The job leaves it open. Null: the job opens the one in <see cref="Directory"/>.</summary>
    public LogStore? Log { get; init; }

    /// <summary>Where the job's own log is, if <see cref="Log"/> is null. Default: <c>dataflow-data</c> in the current
    /// directory.</summary>
    public string Directory { get; init; } = "dataflow-data";

    /// <summary>How many workers, each with a thread of its own. Default: one for each processor; at most 64.</summary>
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

    /// <summary>How often results become visible and progress durable. Default 1 s, least 1 ms.</summary>
    public TimeSpan CheckpointInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), nameof(CheckpointInterval));
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>How far one split's watermark may be ahead of the least of all sources before it is not read for a while. Default
    /// null: any.</summary>
    /// <remarks>Windows and joins keep what a fast source brings until slow ones have come as far; this bounds how much that is.
    /// A split may pass the bound by one read. Those that are idle or at their end hold nobody back, nor do those that have
    /// no event time.</remarks>
    public TimeSpan? MaxWatermarkDrift
    {
        get;
        init
        {
            if (value is { } max) ArgumentOutOfRangeException.ThrowIfLessThan(max, TimeSpan.Zero, nameof(MaxWatermarkDrift));
            field = value;
        }
    }

    /// <summary>How often, and after what pause, the job is started again after an error that may pass. Default: never.</summary>
    public RestartPolicy Restarts
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Restarts));
            field = value;
        }
    } = RestartPolicy.Never;

    /// <summary>How often the run was started again before.</summary>
    internal int Restarted { get; init; }

    /// <summary>The most records read from a split in one step; small in simulations, for more interleavings.</summary>
    internal int ReadRecords { get; init; } = 1024;

    /// <summary>After how long a task lets others have their turn, between two records; below zero: after each record.</summary>
    internal TimeSpan LongestTurn { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>From how many bytes of changes on a shard's state is written down anew.</summary>
    internal long SnapshotBytes { get; init; } = 512 << 10;

    /// <summary>Whether a source that has nothing is left alone until it says that there is more. Simulations, which have no
    /// thread to be told on, look again at every turn.</summary>
    internal bool WaitsForInput { get; init; } = true;

    /// <summary>The only clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
