using Dataflow.Operations;

namespace Dataflow.Kafka.Tests;

/// <summary>Processes that share a pipeline; here each is a log of its own.</summary>
internal static class Members
{
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(2);

    /// <param name="node">The broker.</param>
    /// <param name="instance">The process's <c>group.instance.id</c>; null: none.</param>
    public static async Task<KafkaLog> ConnectAsync(KafkaNode node, string? instance = null)
    {
        var kafka = node.Cluster.With("session.timeout.ms", instance is null ? "6000" : "30000");
        return await KafkaLog.ConnectAsync(
            instance is null ? kafka : kafka.With("group.instance.id", instance), cancellationToken: TestContext.Current.CancellationToken);
    }

    public static Task<Job> StartAsync(Pipeline pipeline, KafkaLog log, int standbys = 0)
        => pipeline.StartAsync(
            new JobOptions
            {
                Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(100), Standbys = standbys,
                Restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromMilliseconds(10)),
            },
            TestContext.Current.CancellationToken);

    public static Task UntilSharedAsync(IReadOnlyList<Job> jobs)
        => UntilAsync(
            () => jobs.All(job => job.State == JobState.Running
                && job.Status.Processes is { Count: 2 } all && all.Sum(static process => process.Shards) == 64),
            jobs);

    public static async Task UntilAsync(Func<bool> condition, IReadOnlyList<Job> jobs)
    {
        using var longest = new CancellationTokenSource(Longest);
        while (!condition())
        {
            foreach (var job in jobs.Where(static job => job.Completion.IsFaulted)) await job.Completion;
            Assert.False(longest.IsCancellationRequested, string.Join('\n', jobs.Select(static job => job.Status)));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
