namespace Dataflow.Dashboard.Api;

/// <summary>The last minutes of a job, as the dashboard has seen them.</summary>
internal sealed record HistoryView(IReadOnlyList<SampleView> Samples, IReadOnlyList<CheckpointSample> Checkpoints);

/// <summary>A job's main numbers at one second.</summary>
internal sealed record SampleView(
    long AtMs, double ReadPerSecond, long Lag, long StateEntries, long LeftOut, long MemoryBytes, double ProcessorShare,
    double? CheckpointAgeMs, int Restarts);

/// <summary>The state of the steps that hold most of it, over the last ten minutes, the largest first.</summary>
internal sealed record StateHistoryView(IReadOnlyList<StepStateView> Steps);

/// <summary>The entries of a step's state: every ten seconds, and now.</summary>
internal sealed record StepStateView(string Label, IReadOnlyList<StateSample> Samples);

/// <summary>The entries of a step's state at a moment.</summary>
internal sealed record StateSample(long AtMs, long Entries);

/// <summary>A checkpoint; of several within a second only the last is seen.</summary>
internal sealed record CheckpointSample(long Number, long AtMs, double DurationMs, double PauseMs, long Bytes);
