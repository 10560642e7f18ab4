using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Transactions that a foreign writer leaves open in a topic that a job reads.</summary>
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
}
