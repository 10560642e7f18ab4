using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>What a job is made of: checked, opened and read before anything runs.</summary>
internal sealed record JobParts(
    Plan Plan, JobOptions Options, LogStore Log, CheckpointTopics Topics, RestoredCheckpoint Restored, SplitTable Splits, Restarts? Restarts)
{
    /// <summary>Checks the pipeline, opens its log and builds a job that stands where the last checkpoint was.</summary>
    public static async Task<Job> BuildJobAsync(Pipeline pipeline, JobOptions options, CancellationToken stop, Restarts? restarts = null)
    {
        var start = options.Time.GetTimestamp();
        var plan = Plan.Of(pipeline);
        var log = options.Log ?? LogStore.Open(options.Directory);
        Job? job = null;
        try
        {
            job = new Job(await OpenAsync(plan, options, log, restarts, stop).ConfigureAwait(false));
            BuildTasks(job);
            StateRestore.Run(job);
            Open(job);
            foreach (var step in plan.Nodes.OfType<IPreparesLog>()) await step.PrepareLogAsync(plan, log, stop).ConfigureAwait(false);
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

    private static void BuildTasks(Job job)
    {
        using var scope = job.Plan.Serdes.Enter();
        foreach (var worker in job.Workers) worker.Tasks = new TaskBuilder(job, worker).Build();
    }

    private static void Open(Job job)
    {
        using var scope = job.Plan.Serdes.Enter();
        foreach (var task in job.Tasks) task.Open();
    }

    private static async Task<JobParts> OpenAsync(Plan plan, JobOptions options, LogStore log, Restarts? restarts, CancellationToken stop)
    {
        foreach (var step in plan.Nodes.OfType<IPreparesLog>()) step.CheckLog(plan, log);
        await CreateAsync(log, plan.Nodes.OfType<ISourceNode>().Select(source => source.Creates), stop).ConfigureAwait(false);
        var sources = SplitTable.Describe(plan, new SourceContext(log, options.Time)); // before anything of a checkpoint is made
        var topics = await CheckpointTopics.OpenAsync(log, plan.Pipeline, plan.WritesDeadLetters, stop).ConfigureAwait(false);
        var restored = new RestoredCheckpoint(topics.ReadLast());
        restored.CheckMatches(plan);
        await CreateAsync(log, plan.Nodes.OfType<IUsesTopic>().Select(step => step.Creates), stop).ConfigureAwait(false);
        return new JobParts(plan, options, log, topics, restored, new SplitTable(sources, restored), restarts);
    }

    private static async Task CreateAsync(LogStore log, IEnumerable<(string Name, int Partitions)?> topics, CancellationToken stop)
    {
        foreach (var topic in topics)
        {
            if (topic is var (name, partitions) && !log.TryGetTopic(name, out _))
                await log.CreateTopicAsync(name, partitions, stop).ConfigureAwait(false);
        }
    }
}
