using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Standby;
using Dataflow.State;

namespace Dataflow.Runtime;

/// <summary>The parts of a job: checked, opened and read before anything runs.</summary>
internal sealed record JobParts(
    Plan Plan, JobOptions Options, PartitionedLog Log, LogMembership Member, ShardSet Shards, CheckpointTopics Topics,
    RestoredCheckpoint Restored, SplitTable Splits, IReadOnlyList<(ISourceNode Source, IReadOnlyList<SplitDescription> Splits)> Sources)
{
    /// <summary>The state in memory that the run begins with.</summary>
    public KeptState? Kept { get; private init; }

    /// <summary>The copies of shards that the process keeps while others have them; null: it keeps none.</summary>
    public Copies? Copies { get; private init; }

    /// <summary>The images of shards on the disk; null: the process keeps none.</summary>
    public LocalImages? Images { get; private init; }

    /// <summary>Whether other processes have some of the shards, or had some and have left records in repartition topics.</summary>
    public bool IsShared { get; private init; }

    /// <summary>Checks the pipeline, opens its log and builds a run with the state of the last checkpoint.</summary>
    /// <param name="pipeline">The pipeline to run.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="member">The job's part in the pipeline, which runs one after the other have.</param>
    /// <param name="isSameJob">Whether the job itself starts again: records that were added after it had finished are not part of its
    /// input.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<JobRun> BuildAsync(
        Pipeline pipeline, JobOptions options, JobMembership member, bool isSameJob, CancellationToken cancellationToken)
    {
        var start = options.Time.GetTimestamp();
        var plan = Plan.Of(pipeline);
        options = options with { JobLog = options.JobLog ?? new(pipeline.Name, options.LoggerFactory) };
        options.JobLog.Starting(pipeline, options);
        using var span = JobTraces.BeginRestore(plan.Pipeline);
        PartitionedLog? log = null;
        JobRun? job = null;
        try
        {
            log = options.Log ?? LogStore.Open(options.Directory, new() { LoggerFactory = options.LoggerFactory });
            var parts = await OpenAsync(plan, options, log, member, cancellationToken).ConfigureAwait(false);
            job = new JobRun(parts);
            BuildTasks(job);
            StateRestore.Run(job, parts);
            Open(job);
            if (!parts.Shards.IsEmpty) await LogPreparation.RunAsync(plan, log, cancellationToken).ConfigureAwait(false);
            member.Follow(job);
            job.Opened(options.Time.GetElapsedTime(start));
            options.JobLog.Opened(job);
            job.FinishAgain();
            if (job.IsFinished && !isSameJob) UnreadInput.Check(job, parts.Sources);
            span?.SetTag("checkpoint", parts.Restored.Epoch);
            return job;
        }
        catch (Exception error)
        {
            span.Fail(error);
            if (job is not null) await job.DisposeAsync().ConfigureAwait(false);
            else if (options.Log is null && log is not null) await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static void BuildTasks(JobRun job)
    {
        using var scope = job.Plan.Serdes.Enter();
        foreach (var worker in job.Workers) worker.Tasks = new TaskBuilder(job, worker).Build();
    }

    private static void Open(JobRun job)
    {
        using var scope = job.Plan.Serdes.Enter();
        foreach (var task in job.Tasks) task.Open();
    }

    private static async Task<JobParts> OpenAsync(
        Plan plan, JobOptions options, PartitionedLog log, JobMembership membership, CancellationToken cancellationToken)
    {
        membership.OpenImages(plan.Pipeline, options, log);
        var member = membership.On(log, plan);
        LogPreparation.Check(plan, log);
        await CreateAsync(plan, log, plan.Nodes.Where(static node => node is ISourceNode), cancellationToken).ConfigureAwait(false);
        // Before anything of a checkpoint is created.
        var sources = SplitTable.Describe(plan, new SourceContext(log, options.Time), member.MayBeShared ? Manifest.ThisProcess : null);
        if (JobRun.Exists(log, plan.Pipeline)) throw CheckpointException.AlreadyRuns(plan.Pipeline); // not to shut that one out
        var (shards, kept) = await membership.NextAsync(cancellationToken).ConfigureAwait(false);
        var topics = await CheckpointTopics.OpenAsync(
            log, plan.Pipeline, member.Owner, plan.WritesDeadLetters, cancellationToken).ConfigureAwait(false);
        var manifests = topics.Read();
        var restored = RestoredCheckpoint.Of(manifests, shards);
        topics.CheckEmpty(restored.NotFound);
        restored.CheckMatches(plan, sources);
        await CreateAsync(plan, log, plan.Nodes, cancellationToken).ConfigureAwait(false);
        var areShared = await OpenExchangesAsync(plan, log, shards, cancellationToken).ConfigureAwait(false);
        return new JobParts(plan, options, log, member, shards, topics, restored, new SplitTable(sources, restored), sources)
        {
            IsShared = areShared,
            Kept = kept,
            Copies = membership.Copies,
            Images = membership.ImagesOf(log, topics, shards, options.JobLog!),
        };
    }

    /// <summary>Creates the topics of exchanges between processes where other processes take part.</summary>
    /// <returns>Whether there are such topics.</returns>
    private static async Task<bool> OpenExchangesAsync(
        Plan plan, PartitionedLog log, ShardSet shards, CancellationToken cancellationToken)
    {
        var names = plan.SharedExchanges.Select(plan.RepartitionOf).ToList();
        if (shards.IsEmpty) return false; // who has some creates what is needed
        if (shards == ShardSet.All && !names.Exists(name => log.TryGetTopic(name, out _))) return false;
        foreach (var name in names)
            await log.CreateTopicAsync(name, State.Shards.Count, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task CreateAsync(
        Plan plan, PartitionedLog log, IEnumerable<Node> steps, CancellationToken cancellationToken)
    {
        foreach (var topic in steps.Select(static step => step.Creates).OfType<NewTopic>())
        {
            var name = topic.NameIn(plan.Pipeline);
            if (!log.TryGetTopic(name, out _))
                await log.CreateTopicAsync(name, topic.Partitions, cancellationToken).ConfigureAwait(false);
        }
    }
}
