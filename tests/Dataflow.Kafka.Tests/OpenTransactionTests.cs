using Confluent.Kafka;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Transactions that another writer leaves open in a topic that a job reads.</summary>
public sealed class OpenTransactionTests(SharedNode shared)
{
    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task The_status_says_where_reading_waits_and_for_how_long()
    {
        var from = Node.CreateTopic();
        Node.Write(from, ["a", "b"]);
        await using var log = await ConnectAsync(Node);
        var pipeline = new Pipeline($"open-{from}");
        pipeline.From(Source.Kafka<string>(from, Node.Cluster)).To(Topic.Of<string>($"{from}-copy", 1));
        await using var job = await StartAsync(pipeline, log);
        await UntilAsync(() => job.Status.RecordsRead == 2, [job]);
        Assert.Null(job.Status.Splits[0].StableEnd);

        using var writer = Node.Producer($"writer-of-{from}");
        writer.BeginTransaction();
        for (var i = 0; i < 5; i++) writer.Produce(from, new() { Value = $"{i}" });
        writer.Flush(TestContext.Current.CancellationToken);
        Node.Write(from, ["behind"]);

        await UntilAsync(() => job.Status.Splits[0] is { StableEnd: 2, Lag: 6, OpenFor.TotalMilliseconds: > 50 }, [job]);
        writer.CommitTransaction();
        await UntilAsync(() => job.Status is { RecordsRead: 8, Splits: [{ StableEnd: null, OpenFor: null }] }, [job]);
        await job.CancelAsync();
    }

    // A process that waited for it would not take over from the killed one, which alone ends it: not before it times out.
    [Fact]
    public async Task A_commit_that_a_killed_process_has_left_open_holds_up_no_checkpoints()
    {
        const int Checkpoints = 150; // manifests are trimmed each 64
        var from = Node.CreateTopic(2);
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        var jobs = await Task.WhenAll(StartAsync(first), StartAsync(second));
        await UntilSharedAsync(jobs);

        using var killed = Node.Producer($"killed-{from}");
        killed.BeginTransaction();
        for (var copy = 0; copy < 2; copy++)
            killed.Produce(new TopicPartition($"copy-{from}.checkpoints", copy), new() { Key = "killed/1/1000", Value = "{" });
        killed.Flush(TestContext.Current.CancellationToken);
        var before = jobs.Select(static job => job.Status.Checkpoints.Last).ToList();
        using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(50)); // it times out after 60
        while (jobs.Zip(before).Any(static pair => pair.First.Status.Checkpoints.Last < pair.Second + Checkpoints))
            await Task.Delay(20, longest.Token);

        killed.AbortTransaction();
        foreach (var job in jobs) await job.CancelAsync();

        Task<Job> StartAsync(KafkaLog log)
        {
            var pipeline = new Pipeline($"copy-{from}");
            pipeline.From(Topic.Of<string>(from, 2)).To(Topic.Of<string>($"{from}-copies", 1));
            return pipeline.StartAsync(
                new() { Log = log, CheckpointInterval = TimeSpan.FromMilliseconds(20) }, TestContext.Current.CancellationToken);
        }
    }
}
