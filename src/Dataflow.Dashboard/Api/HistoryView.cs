namespace Dataflow.Dashboard.Api;

/// <summary>The last minutes of a job, as the dashboard has seen them.</summary>
internal sealed record HistoryView(IReadOnlyList<SampleView> Samples, IReadOnlyList<CheckpointSample> Checkpoints);

/// <summary>A job's main numbers at one second.</summary>
internal sealed record SampleView(
    long AtMs, double ReadPerSecond, long Lag, long StateEntries, long LeftOut, long MemoryBytes, double ProcessorShare,
    double? CheckpointAgeMs, int Restarts);

/// <summary>A checkpoint; of several within a second only the last is seen.</summary>
internal sealed record CheckpointSample(long Number, long AtMs, double DurationMs, double PauseMs, long Bytes);
