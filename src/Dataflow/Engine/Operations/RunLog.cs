using Dataflow.Checkpoints;
using Dataflow.Operations.Findings;
using Dataflow.Runtime;
using Microsoft.Extensions.Logging;

namespace Dataflow.Operations;

/// <summary>Tells the user's logger of a run's checkpoints, and once a minute of what was left out since. Called by the coordinator, and
/// once more when the run is closed.</summary>
internal sealed class RunLog(JobRun run, ILogger logger)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeastSlow = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (long Late, long Dead)> _told = new(StringComparer.Ordinal);
    private long _toldAt = run.Time.GetTimestamp();
    private bool _hasToldSlow; // of the current checkpoint

    private string Pipeline => run.Plan.Pipeline;

    /// <summary>The duration from which on a checkpoint is slow.</summary>
    private TimeSpan Slow => run.Options.CheckpointInterval > LeastSlow ? run.Options.CheckpointInterval : LeastSlow;

    /// <summary>Tells what is due.</summary>
    public void Look()
    {
        if (!logger.IsEnabled(LogLevel.Warning)) return;
        if (!_hasToldSlow && run.Coordinator.Gathering >= Slow) TellSlow();
        if (run.Time.GetElapsedTime(_toldAt) >= TellEvery) TellLeftOut();
    }

    public void Committed(long epoch, in CheckpointCost cost)
    {
        logger.CheckpointTaken(Pipeline, epoch, cost.Duration.TotalMilliseconds, cost.Pause.TotalMilliseconds, cost.Bytes);
        if (_hasToldSlow || cost.Duration >= Slow) logger.SlowCheckpointTaken(Pipeline, epoch, cost.Duration.TotalMilliseconds);
        _hasToldSlow = false;
    }

    public void Failed(long epoch, Exception error) => logger.CheckpointFailed(Pipeline, epoch, ErrorText.Of(error));

    /// <summary>Tells how many records each step has left out since it was last told.</summary>
    public void TellLeftOut()
    {
        if (!logger.IsEnabled(LogLevel.Warning)) return;
        var seconds = run.Time.GetElapsedTime(_toldAt).TotalSeconds;
        _toldAt = run.Time.GetTimestamp();
        var status = JobStatus.Of(run);
        foreach (var step in status.Steps)
        {
            var (late, dead) = NewOf($"step {step.Label}", step.Late, step.DeadLetters);
            if (late > 0) logger.RecordsWereLate(Pipeline, step.Label, late, seconds, step.Late, Moments.Of(step.WatermarkMs));
            if (dead > 0) TellDead(step.Label, dead, seconds, step.DeadLetters);
        }

        foreach (var split in status.Splits)
        {
            var (_, dead) = NewOf($"split {split.Name}", 0, split.DeadLetters);
            if (dead > 0) TellDead(split.Name, dead, seconds, split.DeadLetters);
        }
    }

    private void TellSlow()
    {
        _hasToldSlow = true;
        foreach (var finding in new SpeedFindings(run, JobStatus.Of(run)).Checkpoint()) logger.CheckpointIsSlow(Pipeline, finding.Text);
    }

    private void TellDead(string where, long dead, double seconds, long total)
        => logger.RecordsWereDead(Pipeline, where, dead, seconds, total, DeadLetter.TopicOf(Pipeline));

    private (long Late, long Dead) NewOf(string where, long late, long dead)
    {
        var before = _told.GetValueOrDefault(where);
        if (before != (late, dead)) _told[where] = (late, dead);
        return (late - before.Late, dead - before.Dead);
    }
}
