namespace Dataflow;

/// <summary>The lifecycle state of a job.</summary>
public enum JobState
{
    /// <summary>The job reads, computes and writes.</summary>
    Running,

    /// <summary>The job reads no more and completes the records that it has read: see <see cref="Job.DrainAsync"/>.</summary>
    Draining,

    /// <summary>The job takes a last checkpoint, from which the next start carries on: see <see cref="Job.StopAsync"/>.</summary>
    Stopping,

    /// <summary>The job met a transient error, and restarts from its last checkpoint: see <see cref="JobOptions.Restarts"/>.</summary>
    Restarting,

    /// <summary>The shards of the job change: it goes on with those that it has next. See <c>KafkaLog</c>.</summary>
    Moving,

    /// <summary>Other processes have the whole pipeline; the job takes over when one of them leaves or fails.</summary>
    Waiting,

    /// <summary>All input is processed, or the job was drained; every window is closed and every sink complete.</summary>
    Finished,

    /// <summary>The job took a last checkpoint; the pipeline carries on from there at its next start.</summary>
    Stopped,

    /// <summary>The job ended without a last checkpoint: records after the previous one will be processed again.</summary>
    Cancelled,

    /// <summary>The job ended with the error of <see cref="Job.Completion"/>.</summary>
    Failed,
}
