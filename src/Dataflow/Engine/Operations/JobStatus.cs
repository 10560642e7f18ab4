using System.Globalization;
using Dataflow.Runtime;

namespace Dataflow.Operations;

/// <summary>The progress of a job at one moment.</summary>
/// <param name="Steps">The steps from sources to sinks, the instances of all workers added up.</param>
/// <param name="Splits">The splits of the sources.</param>
/// <param name="Checkpoints">The checkpoints since the job started.</param>
/// <param name="StateEntries">The number of keyed values held in memory.</param>
public sealed record JobStatus(
    IReadOnlyList<StepStatus> Steps, IReadOnlyList<SplitStatus> Splits, CheckpointStatus Checkpoints, long StateEntries)
{
    /// <summary>Records read from all sources since the job started.</summary>
    public long RecordsRead => Splits.Sum(split => split.Read);

    /// <summary>Positions known to lie ahead of the job, over all splits.</summary>
    public long Lag => Splits.Sum(split => split.Lag ?? 0);

    /// <summary>Records, and results that no single record stands behind, that became a <see cref="DeadLetter"/> since the job
    /// started.</summary>
    public long DeadLetters => Steps.Sum(step => step.DeadLetters) + Splits.Sum(split => split.DeadLetters);

    /// <summary>The job's lifecycle state.</summary>
    public JobState State { get; init; }

    /// <summary>The use of time by each stage on each worker.</summary>
    public IReadOnlyList<StageStatus> Stages { get; init; } = [];

    /// <summary>The processes that share the work of the pipeline, this one included; empty where no other does. The members above are of
    /// this process.</summary>
    public IReadOnlyList<ProcessStatus> Processes { get; init; } = [];

    /// <summary>The copies of shards that other processes have, as far as they are read: see <see cref="JobOptions.Standbys"/>.</summary>
    public IReadOnlyList<CopyStatus> Copies { get; init; } = [];

    /// <summary>The number of times that the work of this process has changed since the job started, because others joined or
    /// left.</summary>
    public int Rebalances { get; init; }

    /// <summary>The time for which this process stood still when its work changed last.</summary>
    public TimeSpan LastRebalance { get; init; }

    /// <summary>The number of restarts from the last checkpoint after transient errors: see <see cref="JobOptions.Restarts"/>.</summary>
    public int Restarts { get; init; }

    /// <summary>The error for which the job restarted last, or that ended it: step, record's place and the type of the exception, never
    /// what is in a record. <see cref="Job.Completion"/> has the error itself. Null: there was none.</summary>
    public string? LastError { get; init; }

    /// <summary>The time that it took to open the job and to restore its state from the last checkpoint.</summary>
    public TimeSpan RestoreTime { get; init; }

    /// <summary>The places that the state came from when the job was opened, or when the work of this process changed last.</summary>
    public RestoreStatus Restore { get; init; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>The status of one step.</summary>
    /// <param name="step">Its <see cref="StepStatus.Label"/>: the step's name, with a number behind it from the second step of that name
    /// on.</param>
    /// <exception cref="ArgumentException">There is none; the message lists the labels.</exception>
    public StepStatus Of(string step)
        => Steps.FirstOrDefault(known => known.Label == step) ?? throw new ArgumentException(
            $"No step is called '{step}'. There are {string.Join(", ", Steps.Select(static known => $"'{known.Label}'"))}.", nameof(step));

    /// <summary>One line for a log: state, records, lag, dead letters, state entries and the last checkpoint.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{State}: {RecordsRead:N0} records read, {Lag:N0} ahead, {DeadLetters:N0} dead letters, {StateEntries:N0} entries of state, "
            + $"checkpoint {Checkpoints.Last}");

    internal static JobStatus Of(JobRun job)
    {
        var splits = job.Tasks.SelectMany(task => task.Splits).OrderBy(split => split.Id).Select(SplitStatus.Of);
        return new JobStatus(
            StepsOf(job), [.. splits], CheckpointsOf(job), job.Tasks.Sum(task => task.StateEntries))
        {
            State = job.State,
            Processes = [.. job.Coordinator.Processes?.ByProcess().Select(static process => new ProcessStatus(
                process.Newest.Process, process.Shards.Count, process.Newest.Epoch, process.Newest.HasEnded)
            {
                Address = process.Newest.Address,
            }) ?? []],
            Copies = job.Copies?.Status ?? [],
            Restarts = job.Options.Restarted,
            Rebalances = job.Options.JobLog?.Moves ?? 0,
            LastRebalance = job.Options.JobLog?.LastMove ?? default,
            RestoreTime = job.RestoreTime,
            Restore = job.Restore.ToStatus(),
            Stages = [.. job.Tasks.OrderBy(task => task.Name, StringComparer.Ordinal).Select(task => task.ToStatus())],
        };
    }

    private static CheckpointStatus CheckpointsOf(JobRun job) => job.Coordinator.Metrics.ToStatus() with
    {
        Failed = job.Options.JobLog?.FailedCheckpoints ?? 0,
        LastFailure = job.Options.JobLog?.LastFailedCheckpoint,
    };

    private static IReadOnlyList<StepStatus> StepsOf(JobRun job)
    {
        var instances = job.Tasks.SelectMany(task => task.Instances)
            .ToLookup(instance => instance.Context.NodeId);
        var emitted = job.CountEmitted();
        var (before, age) = job.EmittedBefore.Before;
        return [.. job.Plan.Nodes.OrderBy(node => node.Id).Where(node => instances.Contains(node.Id))
            .Select(node => StepStatus.Of(node.Name, [.. instances[node.Id]], GivenTo(node, emitted)) with
            {
                Label = job.Plan.LabelOf(node),
                InPerSecond = PerSecond(GivenTo(node, emitted) - GivenTo(node, before)),
                EmittedPerSecond = PerSecond(emitted[node.Id] - before.GetValueOrDefault(node.Id)),
            })];

        double PerSecond(long records) => age > TimeSpan.Zero ? records / age.TotalSeconds : 0;

        long GivenTo(Node node, IReadOnlyDictionary<int, long> emitted)
            => EmittedBy(node.Upstream ?? node, emitted) // a side output receives the records that it emits
                + (node.Uses is ISecondInput ? EmittedBy(node.Uses, emitted) : 0);

        long EmittedBy(Node node, IReadOnlyDictionary<int, long> emitted)
        {
            // With one worker an exchange is only a node of the plan: nothing runs there.
            while (node.Exchange is not null && !instances.Contains(node.Id)) node = node.Upstream!;
            return emitted.GetValueOrDefault(node.Id);
        }
    }
}
