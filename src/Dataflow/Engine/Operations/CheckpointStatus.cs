namespace Dataflow.Operations;

/// <summary>The checkpoints of a job since it started.</summary>
/// <param name="Last">The number of the last one; 0: none yet.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Bytes">Bytes that they added to the log, outputs included.</param>
/// <param name="LastCommit">How long the last one's commit took.</param>
/// <param name="PauseMedian">For how long a checkpoint stops the slowest task: the median of the last 1,024.</param>
/// <param name="PauseMax">The longest such pause of the last 1,024.</param>
public sealed record CheckpointStatus(
    long Last, long Count, long Bytes, TimeSpan LastCommit, TimeSpan PauseMedian, TimeSpan PauseMax)
{
    /// <summary>How long the last one took, from the request for it until it was committed.</summary>
    public TimeSpan LastDuration { get; init; }

    /// <summary>The longest that one of the last 1,024 took.</summary>
    public TimeSpan DurationMax { get; init; }

    /// <summary>Bytes that the last one added to the log.</summary>
    public long LastBytes { get; init; }

    /// <summary>The most bytes that one of the last 1,024 added to the log.</summary>
    public long BytesMax { get; init; }

    /// <summary>How long ago the last one was committed; null: there was none since the job started.</summary>
    public TimeSpan? SinceLast { get; init; }
}
