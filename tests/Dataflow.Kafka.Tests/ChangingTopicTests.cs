using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dataflow.Kafka.Tests;

/// <summary>Topics that change while, or before, a job reads on.</summary>
public class ChangingTopicTests(SharedNode shared)
{
    private KafkaNode Node => shared.Node;

    // Looks at its topics several times a second.
    private KafkaCluster Watched => Node.Cluster.With("topic.metadata.refresh.interval.ms", "100");

    [Fact]
    public async Task A_partition_that_is_added_is_read_from_its_start_once_the_job_has_started_again()
    {
        var topic = Node.CreateTopic(1);
        Node.Write(topic, "before the job");
        using var log = Runs.OpenLog();
        var results = Sink.Memory<string>();
        await using var job = await Read(topic, results).StartOnAsync(log, restarts: 5);
        Node.Write(topic, "1");
        await Until(job, () => results.Committed.Count == 1);

        Node.Ask(admin => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 2 }]));
        Node.Write(topic, [new Message<string?, string?> { Value = "2" }], partition: 1);
        Node.Write(topic, [new Message<string?, string?> { Value = "3" }], partition: 0);
        await Until(job, () => results.Committed.Count == 3);

        Assert.Equal(["1", "2", "3"], results.Committed.Order());
        Assert.Equal(2, job.Status.Splits.Count);
    }

    [Fact]
    public async Task Without_restarts_an_added_partition_ends_the_job_with_the_reason()
    {
        var topic = Node.CreateTopic(1);
        using var log = Runs.OpenLog();
        await using var job = await Read(topic, Sink.Memory<string>()).StartOnAsync(log);

        Node.Ask(admin => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => job.EndAsync());
        Assert.Contains($"topic '{topic}': it has 3 partitions now, and had 1", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_topic_that_was_created_anew_is_an_error_even_where_it_has_as_many_records(bool whileRunning)
    {
        var topic = Node.CreateTopic();
        using var log = Runs.OpenLog();
        var results = Sink.Memory<string>();
        var job = await Read(topic, results).StartOnAsync(log);
        Node.Write(topic, "1");
        await Until(job, () => results.Committed.Count == 1);
        if (!whileRunning) await job.StopAsync(TestContext.Current.CancellationToken);
        Node.DeleteTopic(topic);
        await CreateAgainAsync(topic);
        Node.Write(topic, "2", "3");

        var error = whileRunning
            ? await Assert.ThrowsAsync<ConnectorException>(() => job.EndAsync())
            : await Assert.ThrowsAsync<ConnectorException>(() => Read(topic, results).RunOnAsync(log));

        // A look may also come while there is no topic of the name.
        Assert.Contains(whileRunning ? topic : "deleted and created anew since the job read it", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.Equal(["1"], results.Committed);
        await job.DisposeAsync();
    }

    [Fact]
    public async Task Records_that_were_deleted_before_the_job_read_them_are_an_error()
    {
        var topic = Node.CreateTopic();
        using var log = Runs.OpenLog();
        var results = Sink.Memory<string>();
        await using (var job = await Read(topic, results).StartOnAsync(log))
        {
            Node.Write(topic, "1");
            await Until(job, () => results.Committed.Count == 1);
            await job.StopAsync(TestContext.Current.CancellationToken);
        }

        Node.Write(topic, "2", "3", "4");
        Node.Ask(admin => admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 3)]));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => Read(topic, results).RunOnAsync(log));
        Assert.Contains("read up to offset 1, but the first that the topic still holds is 3", error.Message, StringComparison.Ordinal);
    }

    private Pipeline Read(string topic, Sink<string> sink)
    {
        var pipeline = new Pipeline("read");
        pipeline.From(Source.Kafka<string>(topic, Watched, start: KafkaStart.Latest)).To(sink);
        return pipeline;
    }

    /// <summary>Waits for results of a job that runs.</summary>
    private static async Task Until(Job job, Func<bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isSo()) await Task.WhenAny(job.Completion, Task.Delay(5, limit.Token)).Unwrap();
    }

    /// <summary>The broker deletes topics in its own time.</summary>
    private async Task CreateAgainAsync(string topic)
    {
        while (true)
        {
            try
            {
                Node.CreateTopic(topic, 1);
                return;
            }
            catch (CreateTopicsException error) when (error.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
    }
}
