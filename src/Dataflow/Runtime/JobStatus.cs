using Dataflow.Planning;
using Dataflow.Runtime;

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

    /// <summary>Records, and results of no single record, that became a <see cref="DeadLetter"/> since the job started.</summary>
    public long DeadLetters => Steps.Sum(step => step.DeadLetters) + Splits.Sum(split => split.DeadLetters);

    /// <summary>What the job is about.</summary>
    public JobState State { get; init; }

    /// <summary>How the stages spend their time, each on each worker.</summary>
    public IReadOnlyList<StageStatus> Stages { get; init; } = [];

    /// <summary>How often the run was started again from its last checkpoint, after errors that may pass: see
    /// <see cref="JobOptions.Restarts"/>.</summary>
    public int Restarts { get; init; }

    /// <summary>How long it took to open the job and to fill its state from the last checkpoint.</summary>
    public TimeSpan RestoreTime { get; init; }

    internal static JobStatus Of(Job job)
    {
        var instances = job.Tasks.SelectMany(task => task.Instances)
            .ToLookup(instance => instance.Context.NodeId);
        var emitted = job.CountEmitted();
        var (before, age) = job.EmittedBefore.Before;
        var steps = job.Plan.Nodes.OrderBy(node => node.Id).Where(node => instances.Contains(node.Id))
            .Select(node => StepStatus.Of(node.Name, [.. instances[node.Id]], GivenTo(node, emitted)) with
            {
                Label = job.Plan.LabelOf(node),
                InPerSecond = PerSecond(GivenTo(node, emitted) - GivenTo(node, before)),
                EmittedPerSecond = PerSecond(emitted[node.Id] - before.GetValueOrDefault(node.Id)),
            });
        var splits = job.Tasks.SelectMany(task => task.Splits).OrderBy(split => split.Id).Select(SplitStatus.Of);
        return new JobStatus(
            [.. steps], [.. splits], job.Coordinator.Metrics.ToStatus(), job.Tasks.Sum(task => task.StateEntries))
        {
            State = job.State,
            Restarts = job.Options.Restarted,
            RestoreTime = job.RestoreTime,
            Stages = [.. job.Tasks.OrderBy(task => task.Name, StringComparer.Ordinal).Select(task => task.ToStatus())],
        };

        double PerSecond(long records) => age > TimeSpan.Zero ? records / age.TotalSeconds : 0;

        long GivenTo(Node node, IReadOnlyDictionary<int, long> emitted)
            => EmittedBy(node.Upstream ?? node, emitted) // a side output is given what it emits
                + (node.Uses is ISecondInput ? EmittedBy(node.Uses, emitted) : 0);

        long EmittedBy(Node node, IReadOnlyDictionary<int, long> emitted)
        {
            // With one worker an exchange is only a node of the plan: nothing runs there.
            while (node.Exchange is not null && !instances.Contains(node.Id)) node = node.Upstream!;
            return emitted.GetValueOrDefault(node.Id);
        }
    }
}

/// <summary>How a stage spends its time on one worker, whose stages take turns.</summary>
/// <param name="Name">Such as <c>stage 2</c>, as in the plan; one worker alone runs all stages as one.</param>
/// <param name="Worker">The index of the worker, from 0.</param>
/// <param name="Steps">The names of its steps.</param>
/// <param name="BusyTime">How long it has worked, or had all the calls under way that it may have, since the job started.</param>
/// <param name="BackpressuredTime">How long it could not go on because the stages behind it had not taken what it sent them.</param>
/// <param name="IdleTime">How long it had nothing to do, or other stages of the worker ran.</param>
public sealed record StageStatus(
    string Name, int Worker, IReadOnlyList<string> Steps, TimeSpan BusyTime, TimeSpan BackpressuredTime, TimeSpan IdleTime)
{
    /// <summary>The share of the last seconds, from 0 to 1, that it was busy.</summary>
    public double Busy { get; init; }

    /// <summary>The share of the last seconds, from 0 to 1, that it was backpressured.</summary>
    public double Backpressured { get; init; }

    /// <summary>Batches of records that wait in front of it, in the exchange that it reads; 8 from each worker are the most.
    /// Many of them: it is slower than what comes before it. They hold as much as it handles in 40 ms. 0 where a source feeds it.</summary>
    public int QueuedBatches { get; init; }

    /// <summary>For how long it has been at one and the same piece of work, a record mostly; zero where it waits for one.</summary>
    public TimeSpan AtHandFor { get; init; }

    /// <summary>Once that is more than a second, the step whose code runs, or hangs; several where it may be any of them.</summary>
    public IReadOnlyList<string> AtHand { get; init; } = [];
}

/// <summary>What a step has done since the job started.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Emitted">Records handed on.</param>
/// <param name="WatermarkMs">How far event time has come, ms since the Unix epoch; null where the step knows no time.</param>
public sealed record StepStatus(string Name, long Emitted, long? WatermarkMs)
{
    /// <summary>The name that no other step of the pipeline has: <see cref="Name"/>, with a number behind it for the second step of that name
    /// and those after it, as in <c>select-2</c>. The meter's tag <c>step</c>.</summary>
    public string Label { get; init; } = Name;

    /// <summary>Records that came in, those included that were in flight at the checkpoint that the job carried on from.</summary>
    public long In { get; init; }

    /// <summary>Records that came in in each of the last seconds, on average.</summary>
    public double InPerSecond { get; init; }

    /// <summary>Records handed on in each of the last seconds, on average.</summary>
    public double EmittedPerSecond { get; init; }

    /// <summary>Records that came in and are not accounted for yet: each is to be emitted, counted as left out or a dead letter.
    /// 0 once a job is finished. Null for steps that make more or less than one result of a record.</summary>
    /// <remarks>While the job runs it is an estimate: the counts are taken one after the other.</remarks>
    public long? InFlight { get; init; }

    /// <summary>Records, and results of no single record, that became a <see cref="DeadLetter"/>.</summary>
    public long DeadLetters { get; init; }

    /// <summary>How many keyed values it holds in memory, those of timers and other bookkeeping included.</summary>
    public long StateEntries { get; init; }

    /// <summary>The numbers that the step counts, the instances of all workers added up.</summary>
    public IReadOnlyList<CounterValue> Counters { get; init; } = [];

    /// <summary>Records that came too late: behind the watermark, after all their windows had closed.</summary>
    public long Late => Total(CounterDefinition.Late);

    /// <summary>Records that a condition of the user's left out.</summary>
    public long Filtered => Total(CounterDefinition.Filtered);

    /// <summary>Records for which a join found no partner.</summary>
    public long Misses => Total(CounterDefinition.Unmatched);

    /// <summary>Calls out of the pipeline, those made again included.</summary>
    public long Calls => Total(CounterDefinition.Calls);

    /// <summary>Records for which a result was there already, so that no call was made.</summary>
    public long Reused => Total(CounterDefinition.Reused);

    /// <summary>Entries of state that were removed because their time was over: time to live, or that for which a feature view knows an entity.</summary>
    public long Expired => Total(CounterDefinition.Expired);

    /// <summary>A number that the step counts, over all its tags; 0 where it counts no such thing.</summary>
    public long Total(CounterDefinition counter)
        => Counters.Where(value => value.Definition.Name == counter.Name).Sum(static value => value.Value);

    internal static StepStatus Of(string name, IReadOnlyList<(OperatorContext Context, Operator Step)> instances, long given)
    {
        var counters = instances.SelectMany(static instance => instance.Context.Counters.Values)
            .GroupBy(static value => (value.Definition, value.Tag))
            .Select(static values => new CounterValue(values.Key.Definition, values.Sum(static value => value.Value), values.Key.Tag)).ToList();
        var status = new StepStatus(
            name, instances.Sum(static instance => instance.Step.Emitted), instances.Select(static instance => instance.Context.Counters.Watermark).Min())
        {
            In = given + instances.Sum(static instance => instance.Step.Restored),
            DeadLetters = instances.Sum(static instance => instance.Step.DeadLetters),
            StateEntries = instances.Sum(static instance => instance.Context.StateEntries),
            Counters = counters,
        };
        return instances[0].Step.IsOneToOne ? status with { InFlight = status.In - status.AccountedFor } : status;
    }

    private long AccountedFor => Emitted + DeadLetters + Counters.Where(static value => value.Definition.Role == CounterRole.LeavesOut).Sum(static value => value.Value);
}

/// <summary>How far a part of a source was read.</summary>
/// <param name="Name">Such as <c>flights[3]</c>.</param>
/// <param name="Position">Where the job reads on.</param>
/// <param name="Read">Records read since the job started.</param>
/// <param name="Lag">Positions known to lie ahead; null where that is not known.</param>
/// <param name="IsFinished">Whether its end was reached.</param>
public sealed record SplitStatus(string Name, long Position, long Read, long? Lag, bool IsFinished)
{
    /// <summary>Records that could not be decoded and became a <see cref="DeadLetter"/> since the job started.</summary>
    public long DeadLetters { get; init; }

    /// <summary>What it gives to the watermark, ms since the Unix epoch: its newest record's time less the lateness. Null where no
    /// step has taken a time from its records.</summary>
    public long? WatermarkMs { get; init; }

    /// <summary>Whether it has been quiet for so long that it no longer holds event time back.</summary>
    public bool IsIdle { get; init; }

    /// <summary>Whether it is not read now because it is too far ahead of others: see <see cref="JobOptions.MaxWatermarkDrift"/>.</summary>
    public bool IsHeldBack { get; init; }

    internal static SplitStatus Of(SplitProgress split) => new(split.Name, split.Position, split.Read, split.Lag, split.IsFinished)
    {
        DeadLetters = split.DeadLetters,
        WatermarkMs = split.WatermarkMs,
        IsIdle = split is { IsIdle: true, IsFinished: false },
        IsHeldBack = split.IsHeldBack,
    };
}

/// <summary>The checkpoints of a job since it started.</summary>
/// <param name="Last">The number of the last one; 0: none yet.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Bytes">Bytes that they added to the log, outputs included.</param>
/// <param name="LastCommit">How long the last one's commit took.</param>
/// <param name="PauseMedian">For how long a checkpoint stops the slowest task: the median of the last 1,024.</param>
/// <param name="PauseMax">The longest such pause of the last 1,024.</param>
public sealed record CheckpointStatus(
    long Last, long Count, long Bytes, TimeSpan LastCommit, TimeSpan PauseMedian, TimeSpan PauseMax)
{
    /// <summary>How long the last one took, from the request for it until it was committed.</summary>
    public TimeSpan LastDuration { get; init; }

    /// <summary>The longest that one of the last 1,024 took.</summary>
    public TimeSpan DurationMax { get; init; }

    /// <summary>Bytes that the last one added to the log.</summary>
    public long LastBytes { get; init; }

    /// <summary>The most bytes that one of the last 1,024 added to the log.</summary>
    public long BytesMax { get; init; }

    /// <summary>How long ago the last one was committed; null: there was none since the job started.</summary>
    public TimeSpan? SinceLast { get; init; }
}
