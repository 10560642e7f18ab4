using Microsoft.Extensions.Logging;

namespace Dataflow.Operations;

/// <summary>The messages of jobs. Their numbers stay, and their table is in the manual.</summary>
internal static partial class JobMessages
{
    [LoggerMessage(100, LogLevel.Information,
        "Pipeline '{Pipeline}' starts: {Steps} steps, {Workers} workers, a checkpoint each {Interval}; restarted {Restarts} times.")]
    public static partial void JobStarting(
        this ILogger logger, string pipeline, int steps, int workers, TimeSpan interval, int restarts);

    [LoggerMessage(101, LogLevel.Debug, "{Plan}")]
    public static partial void JobPlan(this ILogger logger, Explanation plan);

    [LoggerMessage(102, LogLevel.Information,
        "Pipeline '{Pipeline}' carries on from checkpoint {Checkpoint}: {Entries} entries of state, opened in {Milliseconds:0} ms.")]
    public static partial void JobRestored(this ILogger logger, string pipeline, long checkpoint, long entries, double milliseconds);

    [LoggerMessage(103, LogLevel.Information, "Pipeline '{Pipeline}': other processes have all the work, and this one waits to take over.")]
    public static partial void JobWaiting(this ILogger logger, string pipeline);

    [LoggerMessage(104, LogLevel.Information, "Pipeline '{Pipeline}': the shards of this process change, and another run follows.")]
    public static partial void JobMoving(this ILogger logger, string pipeline);

    [LoggerMessage(105, LogLevel.Information, "Pipeline '{Pipeline}' has stopped with checkpoint {Checkpoint}; a start carries on there.")]
    public static partial void JobStopped(this ILogger logger, string pipeline, long checkpoint);

    [LoggerMessage(106, LogLevel.Information, "Pipeline '{Pipeline}' has finished: all input is processed and every window closed.")]
    public static partial void JobFinished(this ILogger logger, string pipeline);

    [LoggerMessage(107, LogLevel.Warning,
        "Pipeline '{Pipeline}' was cancelled; what came after checkpoint {Checkpoint} will be done again.")]
    public static partial void JobCancelled(this ILogger logger, string pipeline, long checkpoint);

    [LoggerMessage(108, LogLevel.Error, "Pipeline '{Pipeline}' has failed. {Error} First error since the start: {FirstError}")]
    public static partial void JobFailed(this ILogger logger, string pipeline, string error, string firstError);

    [LoggerMessage(109, LogLevel.Warning,
        "Pipeline '{Pipeline}' restarts in {Delay} from its last checkpoint, restart {Restart}. {Error} First error since the start: "
            + "{FirstError}")]
    public static partial void JobRestarting(
        this ILogger logger, string pipeline, TimeSpan delay, int restart, string error, string firstError);

    [LoggerMessage(110, LogLevel.Warning,
        "Pipeline '{Pipeline}': the copies of what other processes have could not be read on, which is tried again. {Error}")]
    public static partial void CopiesInterrupted(this ILogger logger, string pipeline, string error);

    [LoggerMessage(111, LogLevel.Information,
        "Pipeline '{Pipeline}': {Images} images of state on the disk are of no use, and are removed; their shards are restored from the "
            + "log. '{Path}': {Why}.")]
    public static partial void ImagesIgnored(this ILogger logger, string pipeline, int images, string path, string why);

    [LoggerMessage(112, LogLevel.Warning,
        "Pipeline '{Pipeline}': image '{Path}' could not be written, which is tried again; until then a start reads more of the log. "
            + "{Error}")]
    public static partial void ImageNotWritten(this ILogger logger, string pipeline, string path, string error);

    [LoggerMessage(113, LogLevel.Warning,
        "Pipeline '{Pipeline}': the state directory has no effect. The log cannot tell a topic from an older one of its name, or lies in a "
            + "directory of this machine itself.")]
    public static partial void ImagesHaveNoEffect(this ILogger logger, string pipeline);

    [LoggerMessage(120, LogLevel.Debug,
        "Pipeline '{Pipeline}': checkpoint {Checkpoint} took {Milliseconds:0} ms, of which tasks paused {Pause:0.0} ms; {Bytes} bytes.")]
    public static partial void CheckpointTaken(
        this ILogger logger, string pipeline, long checkpoint, double milliseconds, double pause, long bytes);

    [LoggerMessage(121, LogLevel.Warning, "Pipeline '{Pipeline}': {Finding}")]
    public static partial void CheckpointIsSlow(this ILogger logger, string pipeline, string finding);

    [LoggerMessage(122, LogLevel.Warning, "Pipeline '{Pipeline}': slow checkpoint {Checkpoint} is done, after {Milliseconds:0} ms.")]
    public static partial void SlowCheckpointTaken(this ILogger logger, string pipeline, long checkpoint, double milliseconds);

    [LoggerMessage(123, LogLevel.Error, "Pipeline '{Pipeline}': checkpoint {Checkpoint} could not be committed. {Error}")]
    public static partial void CheckpointFailed(this ILogger logger, string pipeline, long checkpoint, string error);

    [LoggerMessage(130, LogLevel.Warning,
        "Pipeline '{Pipeline}', step '{Step}': {Records} late records in the last {Seconds:0} s, {Total} since the start. The watermark is "
            + "at {Watermark}.")]
    public static partial void RecordsWereLate(
        this ILogger logger, string pipeline, string step, long records, double seconds, long total, string watermark);

    [LoggerMessage(131, LogLevel.Warning,
        "Pipeline '{Pipeline}', '{Where}': {Records} dead letters in the last {Seconds:0} s, {Total} since the start. Topic '{Topic}' says "
            + "why.")]
    public static partial void RecordsWereDead(
        this ILogger logger, string pipeline, string where, long records, double seconds, long total, string topic);
}
