using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dataflow.Kafka.Tests;

/// <summary>Topics as sources: what is read, from where to where.</summary>
public class ReadingTests(SharedNode shared)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Aborted_records_are_left_out_and_an_open_transaction_ends_a_bounded_read()
    {
        var topic = Node.CreateTopic();
        using var producer = Node.Producer("transactions");
        foreach (var (value, isCommitted) in new[] { ("a", true), ("b", false), ("c", true), ("d", false) })
        {
            producer.BeginTransaction();
            producer.Produce(topic, new() { Value = value });
            producer.Flush(TestContext.Current.CancellationToken);
            if (isCommitted) producer.CommitTransaction();
            else producer.AbortTransaction();
        }

        producer.BeginTransaction();
        producer.Produce(topic, new() { Value = "e" });
        producer.Flush(TestContext.Current.CancellationToken);
        using var log = Runs.OpenLog();

        Assert.Equal(["a", "c"], await Runs.ReadAsync(Source.Kafka<string>(topic, Node.Cluster, stopAtEnd: true), log));
        producer.CommitTransaction();

        // The broker writes the marker of the commit after it has acknowledged it.
        IReadOnlyList<string> read = [];
        for (var tries = 0; tries < 20 && read.Count < 3; tries++)
            read = await Runs.ReadAsync(Source.Kafka<string>(topic, Node.Cluster, stopAtEnd: true));
        Assert.Equal(["a", "c", "e"], read);
        var unread = await Assert.ThrowsAsync<CheckpointException>(
            () => Runs.ReadAsync(Source.Kafka<string>(topic, Node.Cluster, stopAtEnd: true), log));
        Assert.Contains("not read", unread.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_of_Kafkas_own_producer_with_transactions_are_read_whole_with_every_codec()
    {
        const int Count = 20_000;
        string[] codecs = ["gzip", "snappy", "lz4", "zstd"];
        var topics = codecs.ToDictionary(codec => codec, _ => Node.CreateTopic(2));
        Parallel.ForEach(codecs, codec => Node.Tool(
            "kafka-producer-perf-test", "--topic", topics[codec], "--num-records", $"{Count}", "--payload-monotonic", "--throughput", "-1",
            "--transactional-id", codec, "--transaction-duration-ms", "50", "--command-property", $"compression.type={codec}"));

        foreach (var topic in topics.Values)
        {
            var values = await Runs.ReadAsync(Source.Kafka<string>(topic, Node.Cluster, stopAtEnd: true));
            Assert.Equal(Enumerable.Range(0, Count), values.Select(int.Parse).Order());
        }
    }

    [Fact]
    public async Task Records_have_keys_headers_and_times_of_both_kinds_and_may_lack_key_or_value()
    {
        var (topic, stamped) = (Node.CreateTopic(), Node.CreateTopic(1, ("message.timestamp.type", "LogAppendTime")));
        Message<string?, string?>[] messages =
        [
            new()
            {
                Key = "ada", Value = "tea", Timestamp = new(Noon),
                Headers = new() { { "trace", "1"u8.ToArray() }, { "empty", [] }, { "none", null }, { "trace", "2"u8.ToArray() } },
            },
            new() { Key = "ada", Timestamp = new(Noon) },
            new() { Value = "cups", Timestamp = new(Noon) },
            new() { Timestamp = new(Noon) },
        ];
        foreach (var name in new[] { topic, stamped }) Node.Write(name, messages);
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);

        var records = await Runs.ReadAsync(Source.KafkaRecords<string, string>(topic, Node.Cluster, stopAtEnd: true));
        var times = await Runs.ReadAsync(Source.KafkaRecords<string, string>(stamped, Node.Cluster, stopAtEnd: true));

        Assert.Equal([("ada", "tea"), ("ada", null), (null, "cups"), (null, null)], records.Select(record => (record.Key, record.Value)));
        Assert.Equal(
            [(true, true), (true, false), (false, true), (false, false)], records.Select(record => (record.HasKey, record.HasValue)));
        Assert.Equal(
            ["trace=1", "empty=", "none", "trace=2"],
            records[0].Headers.Select(
                header => header.Value is { } value ? $"{header.Name}={Encoding.UTF8.GetString(value)}" : header.Name));
        Assert.Equal([0L, 1, 2, 3], records.Select(record => record.Offset));
        Assert.All(records, record => Assert.Equal((topic, 0, Noon), (record.Topic, record.Partition, record.Timestamp)));
        Assert.All(times, record => Assert.True(record.Timestamp > before));
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_becomes_a_dead_letter_with_its_place_or_stops_the_job()
    {
        var topic = Node.CreateTopic();
        Node.Write(topic, "1", "two", null, "4");
        var source = Source.Kafka(topic, Node.Cluster, Serde.Json<int>(), stopAtEnd: true);
        using var log = Runs.OpenLog();

        Assert.Equal([1, 4], await Runs.ReadAsync(source, log, ErrorPolicy.DeadLetter(10)));

        var letters = Topic.Of<DeadLetter>("read.dead-letters").ReadAll(log).ToList();
        Assert.Equal([($"kafka:{topic}[0]", 1L), ($"kafka:{topic}[0]", 2L)], letters.Select(letter => (letter.Source, letter.Position)));
        var error = await Assert.ThrowsAsync<OperatorException>(() => Runs.ReadAsync(source));
        Assert.Contains($"kafka:{topic}[0]@1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_begins_where_it_is_told_to()
    {
        var topic = Node.CreateTopic();
        Node.Write(topic, Enumerable.Range(0, 10).Select(
            minute => new Message<string?, string?> { Value = $"{minute}", Timestamp = new(Noon.AddMinutes(minute)) }));
        Commit("others", topic, 8);

        Assert.Equal(10, (await ReadFrom(KafkaStart.Earliest)).Count);
        Assert.Equal(["5", "6", "7", "8", "9"], await ReadFrom(KafkaStart.At(Noon.AddMinutes(4.5))));
        Assert.Equal([], await ReadFrom(KafkaStart.At(Noon.AddMinutes(10))));
        Assert.Equal([], await ReadFrom(KafkaStart.Latest));
        Assert.Equal(["8", "9"], await ReadFrom(KafkaStart.CommittedBy("others")));
        Assert.Equal(10, (await ReadFrom(KafkaStart.CommittedBy("nobody"))).Count);

        Task<IReadOnlyList<string>> ReadFrom(KafkaStart start)
            => Runs.ReadAsync(Source.Kafka<string>(topic, Node.Cluster, start: start, stopAtEnd: true));
    }

    [Fact]
    public async Task An_expression_names_several_topics()
    {
        Node.CreateTopic("shop.eu.orders", 2);
        Node.CreateTopic("shop.us.orders", 1);
        Node.CreateTopic("shop.us.returns", 1);
        foreach (var topic in new[] { "shop.eu.orders", "shop.us.orders", "shop.us.returns" }) Node.Write(topic, topic);

        var values = await Runs.ReadAsync(Source.Kafka<string>(@"^shop\..*\.orders$", Node.Cluster, stopAtEnd: true));
        var none = await Assert.ThrowsAsync<ConnectorException>(
            () => Runs.ReadAsync(Source.Kafka<string>("^nothing", Node.Cluster, stopAtEnd: true)));

        Assert.Equal(["shop.eu.orders", "shop.us.orders"], values.Order());
        Assert.Contains("no topic matches '^nothing'", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compacted_topic_is_a_table_whose_rows_tombstones_delete()
    {
        var topic = Node.CreateTopic(1, ("cleanup.policy", "compact"));
        var stock = new Pipeline("stock");
        stock.From(Source.Of("tea 1", "cups 1", "tea 2", "rum 1")).KeyBy(item => item.Split(' ')[0]).ToTable()
            .Changes().Pairs.Select(pair => pair.Key == "rum" ? new(pair.Key, Change<string>.Delete(pair.Value.New!)) : pair)
            .To(Sink.KafkaTable<string, string>(topic, Node.Cluster));
        using var log = Runs.OpenLog();
        await stock.RunOnAsync(log);
        Assert.Contains(Node.Read(topic), record => record.Message is { Key: "rum", Value: null });

        var results = Sink.Memory<string>();
        var pipeline = new Pipeline("join");
        var table = pipeline.Table(Source.KafkaTable<string, string>(topic, Node.Cluster, stopAtEnd: true));
        pipeline.From(Source.Of("tea", "cups", "rum")).KeyBy(item => item).Join(table, (item, stock) => $"{item}: {stock}").To(results);
        await pipeline.RunOnAsync(log);

        Assert.Equal(["cups: cups 1", "tea: tea 2"], results.Committed.Order());
    }

    private void Commit(string group, string topic, long offset) => Node.Ask(admin => admin.AlterConsumerGroupOffsetsAsync(
        [new ConsumerGroupTopicPartitionOffsets(group, [new TopicPartitionOffset(topic, 0, offset)])]));
}
