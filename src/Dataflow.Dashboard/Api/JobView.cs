namespace Dataflow.Dashboard.Api;

/// <summary>Everything that a job's status says, at one moment.</summary>
internal sealed record JobView(
    long AtMs,
    JobSummary Summary,
    long StartedFrom,
    double RestoreMs,
    ProcessView Process,
    IReadOnlyList<FindingView> Findings,
    IReadOnlyList<StepView> Steps,
    IReadOnlyList<StageView> Stages,
    IReadOnlyList<SplitView> Splits,
    CheckpointsView Checkpoints,
    IReadOnlyList<MemberView> Processes,
    IReadOnlyList<ModelView> Models,
    IReadOnlyList<ModelVersionView> ModelVersions,
    SampleView Sample);

/// <summary>A step.</summary>
internal sealed record StepView(
    string Label,
    long In,
    long Out,
    double InPerSecond,
    double OutPerSecond,
    long? InFlight,
    long? WatermarkMs,
    long StateEntries,
    double? StateGrowthPerMinute,
    long Late,
    long Unmatched,
    long Filtered,
    long DeadLetters,
    IReadOnlyList<CounterView> Counters)
{
    public static StepView Of(StepStatus step, double? growth) => new(
        step.Label, step.In, step.Emitted, step.InPerSecond, step.EmittedPerSecond, step.InFlight, Moments.Shown(step.WatermarkMs),
        step.StateEntries, growth, step.Late, step.Unmatched, step.Filtered, step.DeadLetters, [.. step.Counters.Select(CounterView.Of)]);
}

/// <summary>A counter of a step, in the unit of its instrument.</summary>
internal sealed record CounterView(string Name, string Unit, string Description, string? Tag, double Value, bool IsGauge)
{
    public static CounterView Of(CounterValue count) => new(
        count.Definition.Name, count.Definition.Unit, count.Definition.Description, count.Tag,
        count.Value / (double)count.Definition.PerUnit, count.Definition.IsGauge);
}

/// <summary>A stage on one worker.</summary>
/// <param name="Name">The stage; with one worker all stages run as one.</param>
/// <param name="Worker">The worker's index.</param>
/// <param name="Steps">The names of its steps.</param>
/// <param name="Busy">The busy share of the last seconds, from 0 to 1.</param>
/// <param name="Backpressured">The share of the last seconds that it could not hand on its output.</param>
/// <param name="QueuedBatches">The batches that wait in front of it.</param>
/// <param name="AtHandMs">The time that it has spent on its current piece of work.</param>
/// <param name="AtHand">The steps that may hang.</param>
internal sealed record StageView(
    string Name, int Worker, IReadOnlyList<string> Steps, double Busy, double Backpressured, int QueuedBatches, double AtHandMs,
    IReadOnlyList<string> AtHand)
{
    public static StageView Of(StageStatus stage) => new(
        stage.Name, stage.Worker, stage.Steps, stage.Busy, stage.Backpressured, stage.QueuedBatches, stage.AtHandFor.TotalMilliseconds,
        stage.AtHand);
}

/// <summary>A split of a source.</summary>
internal sealed record SplitView(
    string Name, long Position, long Read, long? Lag, long? WatermarkMs, bool IsIdle, bool IsHeldBack, bool IsFinished, long DeadLetters)
{
    public static SplitView Of(SplitStatus split) => new(
        split.Name, split.Position, split.Read, split.Lag, Moments.Shown(split.WatermarkMs), split.IsIdle, split.IsHeldBack,
        split.IsFinished, split.DeadLetters);
}

/// <summary>The checkpoints since the job started.</summary>
internal sealed record CheckpointsView(
    long Last, long Count, long Bytes, double? AgeMs, double LastDurationMs, double DurationMaxMs, double LastPauseMs, double PauseMedianMs,
    double PauseMaxMs, double LastCommitMs, long LastBytes, long BytesMax, long Failed, string? LastFailure)
{
    public static CheckpointsView Of(CheckpointStatus found) => new(
        found.Last, found.Count, found.Bytes, found.SinceLast?.TotalMilliseconds, found.LastDuration.TotalMilliseconds,
        found.DurationMax.TotalMilliseconds, found.LastPause.TotalMilliseconds, found.PauseMedian.TotalMilliseconds,
        found.PauseMax.TotalMilliseconds, found.LastCommit.TotalMilliseconds, found.LastBytes, found.BytesMax, found.Failed,
        found.LastFailure);
}

/// <summary>A process that shares the work of the pipeline.</summary>
internal sealed record MemberView(string Name, int Shards, long Checkpoint, bool HasEnded);
