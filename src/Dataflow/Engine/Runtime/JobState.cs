namespace Dataflow;

/// <summary>What a job is about.</summary>
public enum JobState
{
    /// <summary>It reads, computes and writes.</summary>
    Running,

    /// <summary>It reads no more and brings what it has read to its end: see <see cref="Job.DrainAsync"/>.</summary>
    Draining,

    /// <summary>It takes a last checkpoint, to be carried on from: see <see cref="Job.StopAsync"/>.</summary>
    Stopping,

    /// <summary>It met an error that may pass, and starts again from its last checkpoint: see <see cref="JobOptions.Restarts"/>.</summary>
    Restarting,

    /// <summary>All input is processed, or it was drained; every window is closed and every sink complete.</summary>
    Finished,

    /// <summary>It took a last checkpoint; the pipeline carries on from there when it is started again.</summary>
    Stopped,

    /// <summary>It ended without a checkpoint: what came after the last one will be done again.</summary>
    Cancelled,

    /// <summary>It ended with the error of <see cref="Job.Completion"/>.</summary>
    Failed,
}
