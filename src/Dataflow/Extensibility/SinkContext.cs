using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>The context of a sink: the log of its job, its worker, and the plan before it.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Worker">The index of the worker, from 0, that the writer belongs to.</param>
public sealed record SinkContext(PartitionedLog Log, int Worker)
{
    /// <summary>The pipeline's name.</summary>
    public string Pipeline { get; init; } = "";

    /// <summary>A hash of the steps that lead to the sink: SHA-256, in hexadecimal, over their parameters and states. Code in lambdas is
    /// not part of it.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>The job's clock; use no other.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Cancelled when the job ends for any reason: for what the writer waits for.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>The name of the part that the writer writes, which no other writer has or had, for a sink that is an
    /// <see cref="IWritesParts"/>. Null: other processes cannot take the work over, and the writer is the only one.</summary>
    public string? Part { get; init; }

    /// <summary>The term of the process: of those who believe that they have a key's shard, the one with the highest term does. For stores
    /// that refuse what a process writes after others have taken its work over. 0: there can be no such process.</summary>
    public long Term { get; init; }

    /// <summary>To be called before the error of a write that was refused because of a higher term: the job goes on with what it gets then,
    /// whatever its <see cref="JobOptions.Restarts"/>.</summary>
    public Action ShutOut { get; init; } = static () => { };

    /// <summary>The origins of the job's splits, by <see cref="RecordOrigin.Split"/>.</summary>
    public IReadOnlyList<SplitPlace> Splits { get; init; } = [];
}
