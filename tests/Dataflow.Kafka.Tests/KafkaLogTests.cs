using Dataflow.Log;

namespace Dataflow.Kafka.Tests;

/// <summary>A cluster as the log of jobs.</summary>
public sealed class KafkaLogTests(SharedNode node) : LogContract
{
    protected override bool DeletesTopics => false;

    [Fact]
    public async Task A_process_that_was_shut_out_commits_nothing_more()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var (owner, topic) = (NameOf("owner"), await Log.CreateTopicAsync(NameOf("fenced"), 1, cancelled));
        await Log.FenceAsync(owner, cancelled);
        await Log.CommitAsync(Commit("first"), cancelled);
        await using var other = await KafkaLog.ConnectAsync(node.Node.Cluster, cancellationToken: cancelled);
        await other.FenceAsync(owner, cancelled);

        var error = await Assert.ThrowsAnyAsync<LogException>(async () => await Log.CommitAsync(Commit("zombie"), cancelled));
        Assert.Contains("another process has taken over", error.Message, StringComparison.Ordinal);
        Assert.Equal(["first"], node.Node.Read(topic.Name).Select(static record => record.Message.Value));

        LogCommit Commit(string value)
        {
            var commit = new LogCommit { Owner = owner };
            var records = new RecordBuffer();
            records.Append(1, System.Text.Encoding.UTF8.GetBytes(value));
            commit.Add(topic, 0, records);
            return commit;
        }
    }

    [Fact]
    public async Task A_read_that_finds_the_end_instead_of_records_wakes_who_waits_for_the_end()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var topic = await Log.CreateTopicAsync(NameOf("ends"), 1, cancelled);
        var (commit, records) = (new LogCommit(), new RecordBuffer());
        records.Append(1, "a"u8);
        commit.Add(topic, 0, records);
        await Log.CommitAsync(commit, cancelled);
        using var reader = Log.OpenReader(topic.Name, 0, 0);
        Assert.True(await reader.WaitToReadAsync(cancelled));
        Assert.True(reader.TryRead(out _));
        // Behind the record is the mark of its transaction.
        while (reader.Position < topic.EndOffset(0)) Assert.False(reader.TryRead(out _));

        Assert.True(await reader.WaitToReadAsync(cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(10), cancelled));
    }

    [Fact]
    public async Task A_topic_that_is_created_anew_has_another_identity()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var name = (await Log.CreateTopicAsync(NameOf("again"), 1, cancelled)).Name;
        var first = Log.GetTopicIdentity(name);
        await using var other = await KafkaLog.ConnectAsync(node.Node.Cluster, cancellationToken: cancelled);
        Assert.NotNull(first);
        Assert.Equal(first, other.GetTopicIdentity(name));

        node.Node.DeleteTopic(name);
        node.Node.CreateTopic(name, 1);

        Assert.NotNull(Log.GetTopicIdentity(name));
        Assert.NotEqual(first, Log.GetTopicIdentity(name));
    }

    // Inputs of a start count on it: time stands until they have read what was there.
    [Fact]
    public async Task Readers_get_to_the_end_behind_marks_of_transactions_and_records_that_were_given_up()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var topic = await Log.CreateTopicAsync(NameOf("given-up"), 3, cancelled); // nothing but a given-up record in the last
        using (var producer = node.Node.Producer(NameOf("writer")))
        {
            Write(producer, partitions: 2);
            producer.CommitTransaction();
            Write(producer, partitions: 3);
            producer.AbortTransaction();
        }

        var ranges = topic.Ranges();
        Assert.Equal([(0L, 4L), (0L, 4L), (0L, 2L)], ranges);
        // From the start, and from behind the last record.
        await ReadToEndAsync([0, 0, 0], records: 2);
        await ReadToEndAsync([1, 1, 0], records: 0);

        void Write(Confluent.Kafka.IProducer<string?, string?> producer, int partitions)
        {
            producer.BeginTransaction();
            for (var i = 0; i < partitions; i++) producer.Produce(new Confluent.Kafka.TopicPartition(topic.Name, i), new() { Value = "a" });
            producer.Flush(cancelled);
        }

        async Task ReadToEndAsync(long[] from, int records)
        {
            var readers = Log.OpenReaders(topic.Name, [.. from.Select(static (offset, partition) => (partition, offset))]);
            using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (readers.Any(reader => reader.Position < ranges[reader.Partition].End))
            {
                foreach (var reader in readers) records -= reader.TryRead(out var batch) ? batch.Count : 0;
                await Task.Delay(1, longest.Token);
            }

            Assert.Equal(0, records);
            foreach (var reader in readers) reader.Dispose();
        }
    }

    protected override async ValueTask<PartitionedLog> OpenAsync() => await KafkaLog.ConnectAsync(node.Node.Cluster);
}
