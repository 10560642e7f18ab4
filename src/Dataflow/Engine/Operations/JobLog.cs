using Dataflow.Checkpoints;
using Dataflow.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dataflow.Operations;

/// <summary>Tells the user's logger of a job's starts, errors and end, over all of its runs, and keeps its errors.</summary>
internal sealed class JobLog(string pipeline, ILoggerFactory? loggers) : IImageNews
{
    private volatile string? _firstError;
    private volatile string? _lastError;
    private long _movingSince; // a time of the job's clock; 0: nothing moves
    private long _lastMoveTicks;
    private int _moves;
    private volatile string? _lastFailedCheckpoint;
    private long _failedCheckpoints;

    /// <summary>The number of times that shards have moved since the job started.</summary>
    public int Moves => Volatile.Read(ref _moves);

    /// <summary>The time for which the work stood still when shards moved last; zero: they never did.</summary>
    public TimeSpan LastMove => TimeSpan.FromTicks(Volatile.Read(ref _lastMoveTicks));

    public ILogger Logger { get; } = loggers?.CreateLogger(typeof(Job).FullName!) ?? NullLogger.Instance;

    /// <summary>The error for which the job restarted last, or that ended it, without words of the user's exceptions.</summary>
    public string? LastError => _lastError;

    /// <summary>The number of checkpoints that were begun and not completed, because the job met an error meanwhile.</summary>
    public long FailedCheckpoints => Volatile.Read(ref _failedCheckpoints);

    /// <summary>The error of the last of them, without words of the user's exceptions.</summary>
    public string? LastFailedCheckpoint => _lastFailedCheckpoint;

    public void CheckpointFailed(long number, Exception error)
    {
        _lastFailedCheckpoint = $"Checkpoint {number}: {ErrorText.Of(error)}";
        Interlocked.Increment(ref _failedCheckpoints);
    }

    public void Starting(Pipeline starting, JobOptions options)
    {
        if (!Logger.IsEnabled(LogLevel.Information)) return;
        Logger.JobStarting(pipeline, starting.Nodes.Count, options.Workers, options.CheckpointInterval, options.Restarted);
        if (Logger.IsEnabled(LogLevel.Debug)) Logger.JobPlan(starting.Explain());
    }

    public void Opened(JobRun run)
    {
        if (_movingSince != 0) Volatile.Write(ref _lastMoveTicks, run.Time.GetElapsedTime(_movingSince).Ticks);
        _movingSince = 0;
        if (run.ShardMap.Owned.IsEmpty) Logger.JobWaiting(pipeline);
        else if (run.Restored.Epoch > 0)
            Logger.JobRestored(
                pipeline, run.Restored.Epoch, run.Tasks.Sum(static task => task.StateEntries), run.RestoreTime.TotalMilliseconds);
    }

    public void Moving(TimeProvider time)
    {
        _movingSince = time.GetTimestamp();
        Interlocked.Increment(ref _moves);
        Logger.JobMoving(pipeline);
    }

    public void CopiesInterrupted(Exception error) => Logger.CopiesInterrupted(pipeline, ErrorText.Of(error));

    public void Ignored(IReadOnlyList<string> paths, string why) => Logger.ImagesIgnored(pipeline, paths.Count, paths[0], why);

    public void NotWritten(string path, Exception error) => Logger.ImageNotWritten(pipeline, path, ErrorText.Of(error));

    public void ImagesHaveNoEffect() => Logger.ImagesHaveNoEffect(pipeline);

    public void Restarting(int restart, TimeSpan delay, Exception error)
    {
        Keep(error);
        Logger.JobRestarting(pipeline, delay, restart, _lastError!, _firstError!);
    }

    public void Failed(Exception error)
    {
        Keep(error);
        Logger.JobFailed(pipeline, _lastError!, _firstError!);
    }

    public void Ended(JobRun last)
    {
        if (last.State == JobState.Finished) Logger.JobFinished(pipeline);
        else if (last.State == JobState.Stopped) Logger.JobStopped(pipeline, last.CommittedEpoch);
        else Logger.JobCancelled(pipeline, last.CommittedEpoch);
    }

    private void Keep(Exception error)
    {
        _lastError = ErrorText.Of(error);
        _firstError ??= _lastError;
    }
}
