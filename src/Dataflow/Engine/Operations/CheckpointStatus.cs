namespace Dataflow.Operations;

/// <summary>The checkpoints of a job since it started.</summary>
/// <param name="Last">The number of the last checkpoint; 0: none yet.</param>
/// <param name="Count">The number of checkpoints since the job started.</param>
/// <param name="Bytes">The bytes that they added to the log, outputs included.</param>
/// <param name="LastCommit">The duration of the last one's commit.</param>
/// <param name="PauseMedian">The time for which a checkpoint stops the slowest task: the median of the last 1,024.</param>
/// <param name="PauseMax">The longest such pause of the last 1,024.</param>
public sealed record CheckpointStatus(
    long Last, long Count, long Bytes, TimeSpan LastCommit, TimeSpan PauseMedian, TimeSpan PauseMax)
{
    /// <summary>The duration of the last checkpoint, from the request until the commit.</summary>
    public TimeSpan LastDuration { get; init; }

    /// <summary>The time for which the last one stopped the slowest task.</summary>
    public TimeSpan LastPause { get; init; }

    /// <summary>The longest duration of the last 1,024.</summary>
    public TimeSpan DurationMax { get; init; }

    /// <summary>The bytes that the last one added to the log.</summary>
    public long LastBytes { get; init; }

    /// <summary>The most bytes that one of the last 1,024 added to the log.</summary>
    public long BytesMax { get; init; }

    /// <summary>The number of checkpoints that were begun and not completed since the job started, because it met an error meanwhile: in a
    /// step, in a sink, in the commit. The next run begins from the one before.</summary>
    public long Failed { get; init; }

    /// <summary>The number and the error of the last that failed: step, record's place and the type of the exception, never what is in a
    /// record. Null: none failed.</summary>
    public string? LastFailure { get; init; }

    /// <summary>The time since the last commit; null: there was none since the job started.</summary>
    public TimeSpan? SinceLast { get; init; }
}
