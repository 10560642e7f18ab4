using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>What a job is made of: checked, opened and read before anything runs.</summary>
internal sealed record JobParts(
    Plan Plan, JobOptions Options, LogStore Log, CheckpointTopics Topics, RestoredCheckpoint Restored, SplitTable Splits)
{
    /// <summary>Checks the pipeline, opens its log and builds a run that stands where the last checkpoint was.</summary>
    public static async Task<JobRun> BuildAsync(Pipeline pipeline, JobOptions options, CancellationToken cancellationToken)
    {
        var start = options.Time.GetTimestamp();
        var plan = Plan.Of(pipeline);
        var log = options.Log ?? LogStore.Open(options.Directory);
        JobRun? job = null;
        try
        {
            job = new JobRun(await OpenAsync(plan, options, log, cancellationToken).ConfigureAwait(false));
            BuildTasks(job);
            StateRestore.Run(job);
            Open(job);
            foreach (var step in plan.Nodes.OfType<IPreparesLog>()) await step.PrepareLogAsync(plan, log, cancellationToken).ConfigureAwait(false);
            job.Opened(options.Time.GetElapsedTime(start));
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

    private static async Task<JobParts> OpenAsync(Plan plan, JobOptions options, LogStore log, CancellationToken cancellationToken)
    {
        foreach (var step in plan.Nodes.OfType<IPreparesLog>()) step.CheckLog(plan, log);
        await CreateAsync(log, plan.Nodes.OfType<ISourceNode>().Select(source => source.Creates), cancellationToken).ConfigureAwait(false);
        var sources = SplitTable.Describe(plan, new SourceContext(log, options.Time)); // before anything of a checkpoint is made
        var topics = await CheckpointTopics.OpenAsync(log, plan.Pipeline, plan.WritesDeadLetters, cancellationToken).ConfigureAwait(false);
        var restored = new RestoredCheckpoint(topics.ReadLast());
        restored.CheckMatches(plan);
        await CreateAsync(log, plan.Nodes.OfType<IUsesTopic>().Select(step => step.Creates), cancellationToken).ConfigureAwait(false);
        return new JobParts(plan, options, log, topics, restored, new SplitTable(sources, restored));
    }

    private static async Task CreateAsync(LogStore log, IEnumerable<(string Name, int Partitions)?> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
        {
            if (topic is var (name, partitions) && !log.TryGetTopic(name, out _))
                await log.CreateTopicAsync(name, partitions, cancellationToken).ConfigureAwait(false);
        }
    }
}
