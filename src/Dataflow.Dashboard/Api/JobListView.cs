namespace Dataflow.Dashboard.Api;

/// <summary>All jobs, with the process that runs them.</summary>
internal sealed record JobListView(long AtMs, ProcessView Process, AccessView Access, IReadOnlyList<JobSummary> Jobs);

/// <summary>The process's use of the machine, and the cost of this API.</summary>
/// <param name="MemoryBytes">The memory that the process has of the machine.</param>
/// <param name="MemoryLimitBytes">The most that it may have: the machine's, or its container's.</param>
/// <param name="HeapBytes">The part of it that is the runtime's heap.</param>
/// <param name="Processors">The processors that it may use.</param>
/// <param name="ProcessorShare">The share of them that it used over the last second, from 0 to 1.</param>
/// <param name="Requests">The requests that the dashboard has answered.</param>
/// <param name="RequestsMs">The processor time that they took, up to where they waited.</param>
internal sealed record ProcessView(
    long MemoryBytes, long MemoryLimitBytes, long HeapBytes, int Processors, double ProcessorShare, long Requests, double RequestsMs);

/// <summary>The kinds of requests that this dashboard answers.</summary>
internal sealed record AccessView(bool Actions, bool Values);

/// <summary>A job at a glance.</summary>
internal sealed record JobSummary(
    string Id,
    string Pipeline,
    JobState State,
    long RecordsRead,
    double ReadPerSecond,
    long Lag,
    long Late,
    long Unmatched,
    long DeadLetters,
    long StateEntries,
    int Restarts,
    long Checkpoint,
    double? CheckpointAgeMs,
    FindingView Finding);
