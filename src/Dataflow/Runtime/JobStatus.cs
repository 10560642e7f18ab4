namespace Dataflow;

/// <summary>How far a job is, at one moment.</summary>
/// <param name="Steps">The steps from sources to sinks, the instances of all workers added up.</param>
/// <param name="Splits">The parts of the sources.</param>
/// <param name="Checkpoints">What checkpoints there were since the job started.</param>
/// <param name="StateEntries">How many keyed values are held in memory.</param>
public sealed record JobStatus(
    IReadOnlyList<StepStatus> Steps, IReadOnlyList<SplitStatus> Splits, CheckpointStatus Checkpoints, long StateEntries)
{
    /// <summary>Records read from all sources since the job started.</summary>
    public long RecordsRead => Splits.Sum(split => split.Read);

    /// <summary>Positions known to lie ahead of the job, over all splits.</summary>
    public long Lag => Splits.Sum(split => split.Lag ?? 0);

    internal static JobStatus Of(Job job)
    {
        var steps = job.Tasks.SelectMany(task => task.Instances).GroupBy(instance => instance.Context.NodeId)
            .OrderBy(step => step.Key)
            .Select(step => StepStatus.Of(step.First().Context.Name, [.. step.Select(instance => instance.Step)]));
        var splits = job.Tasks.SelectMany(task => task.Splits).OrderBy(split => split.Id)
            .Select(split => new SplitStatus(split.Name, split.Position, split.Read, split.Lag, split.IsFinished));
        return new JobStatus(
            [.. steps], [.. splits], job.Coordinator.Metrics.ToStatus(), job.Tasks.Sum(task => task.StateEntries));
    }
}

/// <summary>What a step has done since the job started.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Emitted">Records handed on.</param>
/// <param name="Late">Records that came after all their windows had closed.</param>
/// <param name="Misses">Records for which a join found no row.</param>
/// <param name="WatermarkMs">How far event time has come, ms since the Unix epoch; null where the step knows no time.</param>
public sealed record StepStatus(string Name, long Emitted, long Late, long Misses, long? WatermarkMs)
{
    /// <summary>Calls out of the pipeline, those made again included.</summary>
    public long Calls { get; init; }

    /// <summary>Records for which a result was there already, so that no call was made.</summary>
    public long Reused { get; init; }

    /// <summary>Records that became a <see cref="DeadLetter"/>.</summary>
    public long DeadLetters { get; init; }

    /// <summary>Windows that are not closed: panes, where a step keeps windows of all keys together, else windows of single keys.</summary>
    public long OpenWindows { get; init; }

    internal static StepStatus Of(string name, IReadOnlyList<Operator> instances) => new(
        name,
        instances.Sum(step => step.Emitted),
        instances.OfType<Windows.ICountsLate>().Sum(step => step.LateRecords),
        instances.OfType<ICountsMisses>().Sum(step => step.Misses),
        instances.OfType<IKnowsTime>().Select(step => (long?)step.Watermark).Min())
    {
        Calls = instances.OfType<ICountsCalls>().Sum(step => step.Calls),
        Reused = instances.OfType<ICountsCalls>().Sum(step => step.Reused),
        OpenWindows = instances.OfType<Windows.IHoldsWindows>().Sum(step => step.OpenWindows),
        DeadLetters = instances.OfType<ICountsDeadLetters>().Sum(step => step.DeadLetters),
    };
}

/// <summary>How far a part of a source was read.</summary>
/// <param name="Name">Such as <c>flights[3]</c>.</param>
/// <param name="Position">Where the job reads on.</param>
/// <param name="Read">Records read since the job started.</param>
/// <param name="Lag">Positions known to lie ahead; null where that is not known.</param>
/// <param name="IsFinished">Whether its end was reached.</param>
public sealed record SplitStatus(string Name, long Position, long Read, long? Lag, bool IsFinished);

/// <summary>The checkpoints of a job since it started.</summary>
/// <param name="Last">The number of the last one; 0: none yet.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Bytes">Bytes that they added to the log, outputs included.</param>
/// <param name="LastCommit">How long the last one's commit took.</param>
/// <param name="PauseMedian">For how long a checkpoint stops the slowest task: the median of the last 1,024.</param>
/// <param name="PauseMax">The longest such pause of the last 1,024.</param>
public sealed record CheckpointStatus(
    long Last, long Count, long Bytes, TimeSpan LastCommit, TimeSpan PauseMedian, TimeSpan PauseMax);

/// <summary>A step that makes calls out of the pipeline.</summary>
internal interface ICountsCalls
{
    long Calls { get; }

    long Reused { get; }
}

/// <summary>A step that hands out records that it could not use.</summary>
internal interface ICountsDeadLetters
{
    long DeadLetters { get; }
}

/// <summary>A step that follows event time.</summary>
internal interface IKnowsTime
{
    long Watermark { get; }
}
