using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>The parts of a job: checked, opened and read before anything runs.</summary>
internal sealed record JobParts(
    Plan Plan, JobOptions Options, PartitionedLog Log, CheckpointTopics Topics, RestoredCheckpoint Restored, SplitTable Splits,
    IReadOnlyList<(ISourceNode Source, IReadOnlyList<SplitDescription> Splits)> Sources)
{
    /// <summary>Checks the pipeline, opens its log and builds a run with the state of the last checkpoint.</summary>
    /// <param name="pipeline">The pipeline to run.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="isSameJob">Whether the job itself starts again: records that were added after it had finished are not part of its
    /// input.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<JobRun> BuildAsync(Pipeline pipeline, JobOptions options, bool isSameJob, CancellationToken cancellationToken)
    {
        var start = options.Time.GetTimestamp();
        var plan = Plan.Of(pipeline);
        PartitionedLog log = options.Log ?? LogStore.Open(options.Directory);
        JobRun? job = null;
        try
        {
            var parts = await OpenAsync(plan, options, log, cancellationToken).ConfigureAwait(false);
            job = new JobRun(parts);
            BuildTasks(job);
            StateRestore.Run(job);
            Open(job);
            await LogPreparation.RunAsync(plan, log, cancellationToken).ConfigureAwait(false);
            job.Opened(options.Time.GetElapsedTime(start));
            job.FinishAgain();
            if (job.IsFinished && !isSameJob) UnreadInput.Check(job, parts.Sources);
            return job;
        }
        catch
        {
            if (job is not null) await job.DisposeAsync().ConfigureAwait(false);
            else if (options.Log is null) await log.DisposeAsync().ConfigureAwait(false);
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

    private static async Task<JobParts> OpenAsync(Plan plan, JobOptions options, PartitionedLog log, CancellationToken cancellationToken)
    {
        LogPreparation.Check(plan, log);
        await CreateAsync(plan, log, plan.Nodes.Where(static node => node is ISourceNode), cancellationToken).ConfigureAwait(false);
        var sources = SplitTable.Describe(plan, new SourceContext(log, options.Time)); // before anything of a checkpoint is created
        var topics = await CheckpointTopics.OpenAsync(log, plan.Pipeline, plan.WritesDeadLetters, cancellationToken).ConfigureAwait(false);
        if (JobRun.Exists(log, plan.Pipeline)) throw CheckpointException.AlreadyRuns(plan.Pipeline); // not to shut that one out
        await log.FenceAsync(plan.Pipeline, cancellationToken).ConfigureAwait(false);
        var restored = new RestoredCheckpoint(topics.ReadLast());
        restored.CheckMatches(plan, sources);
        await CreateAsync(plan, log, plan.Nodes, cancellationToken).ConfigureAwait(false);
        return new JobParts(plan, options, log, topics, restored, new SplitTable(sources, restored), sources);
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
