using System.Text;
using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka.Tests;

/// <summary>Topics as sinks: what is written, how often, and who may write.</summary>
public class WritingTests(SharedNode shared)
{
    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Kafka_in_and_out_gives_the_results_that_topics_of_the_log_give()
    {
        var (clicks, minutes) = (Node.CreateTopic(4), Node.CreateTopic(3));
        var random = new Random(1);
        var start = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds();
        List<Click> input =
            [.. Enumerable.Range(0, 20_000).Select(i => new Click($"page-{random.Next(50)}", start + (i * 20) + random.Next(1000)))];
        using var log = Runs.OpenLog();
        var write = new Pipeline("write");
        var both = write.From(Source.Of(input)).WithEventTime(click => click.TimeMs, maxOutOfOrderness: TimeSpan.FromSeconds(1));
        both.KeyBy(click => click.Page).To(Topic.Of<Click>("clicks"));
        both.To(Sink.Kafka(clicks, Node.Cluster, (Click click) => click.Page));
        await write.RunOnAsync(log);

        var expected = Sink.Memory<Minute>();
        await Count("in-log", pipeline => pipeline.From(Topic.Of<Click>("clicks").StopAtEnd()), expected, log);
        await Count(
            "in-kafka", pipeline => pipeline.From(Source.Kafka<Click>(clicks, Node.Cluster, stopAtEnd: true)),
            Sink.Kafka(minutes, Node.Cluster, (Minute minute) => minute.Page, Serde.Json<Minute>()), log);

        var found = await Runs.ReadAsync(Source.Kafka(minutes, Node.Cluster, Serde.Json<Minute>(), stopAtEnd: true));
        Assert.NotEmpty(found);
        Assert.Equal(expected.Committed.OrderBy(minute => $"{minute}"), found.OrderBy(minute => $"{minute}"));
    }

    [Fact]
    public async Task Keys_go_to_the_partitions_that_Javas_producer_chooses()
    {
        const int Partitions = 7;
        var (ours, javas) = (Node.CreateTopic(Partitions), Node.CreateTopic(Partitions));
        List<string> keys = [.. Enumerable.Range(0, 300).Select(i => new string((char)('a' + (i % 26)), i % 9) + $"ключ{i}")];
        var lines = Path.GetTempFileName();
        await File.WriteAllLinesAsync(lines, keys.Select(key => $"{key}=x"), TestContext.Current.CancellationToken);

        Node.ToolOn(
            lines, "kafka-console-producer", "--topic", javas, "--reader-property", "parse.key=true", "--reader-property",
            "key.separator==");
        await Runs.WriteAsync(Sink.Kafka(ours, Node.Cluster, (string key) => key), keys);
        File.Delete(lines);

        Assert.Equal(PartitionsOf(javas), PartitionsOf(ours));

        IEnumerable<(string?, int)> PartitionsOf(string topic)
            => Node.Read(topic).Select(record => (record.Message.Key, record.Partition.Value))
                .OrderBy(record => record.Key, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Records_are_written_with_keys_headers_and_event_times()
    {
        var topic = Node.CreateTopic();
        var time = DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeMilliseconds();
        KafkaRecord<string, string>[] records =
        [
            new("ada", "tea") { Headers = [new("trace", "1"u8.ToArray()), new("none", null)] },
            new("ada", null),
            new(null, "cups"),
        ];
        var pipeline = new Pipeline("write");
        pipeline.From(Source.Of(records)).WithEventTime(record => record.Value is "cups" ? time + 86_400_000 : time)
            .To(Sink.KafkaRecords<string, string>(topic, Node.Cluster));
        using var log = Runs.OpenLog();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await pipeline.RunOnAsync(log);

        var written = Node.Read(topic).Select(record => record.Message).ToList();
        Assert.Equal([("ada", "tea"), ("ada", null), (null, "cups")], written.Select(message => (message.Key, message.Value)));
        Assert.Equal(["trace=1", "none="], written[0].Headers.Select(header => $"{header.Key}={Text(header.GetValueBytes())}"));
        Assert.Equal([time, time], written.Take(2).Select(message => message.Timestamp.UnixTimestampMs));
        Assert.InRange(written[2].Timestamp.UnixTimestampMs, before, before + 60_000); // to come: brokers refuse that
    }

    [Fact]
    public async Task Results_are_deleted_from_the_outbox_once_they_are_in_Kafka()
    {
        var topic = Node.CreateTopic();
        using var log = Runs.OpenLog();
        var pipeline = new Pipeline("numbers");
        pipeline.From(Source.Of(Enumerable.Range(0, 1000))).To(Sink.Kafka<int>(topic, Node.Cluster));
        await pipeline.RunOnAsync(log);

        var outbox = log.GetTopic($"numbers.{topic}.outbox");
        Assert.Equal((1000, 1000), (outbox.StartOffset(0), outbox.EndOffset(0)));
        Assert.Equal(1000, Node.Read(topic).Count);
        Assert.Equal("compact", Node.SettingOf($"dataflow.numbers.{topic}.position", "cleanup.policy"));
    }

    [Fact]
    public async Task A_second_job_of_the_same_name_shuts_out_the_first_which_says_so_and_writes_nothing_more()
    {
        var (from, topic) = (Node.CreateTopic(), Node.CreateTopic());
        using var log = Runs.OpenLog();
        await using var first = await Copy(from, topic).StartOnAsync(log);
        Node.Write(from, "1");
        using var seen = Node.Follow(topic).GetEnumerator();
        Assert.Equal("1", Next());

        using var other = Runs.OpenLog();
        await using var second = await Copy(from, topic).StartOnAsync(other);
        Assert.Equal("1", Next()); // of the second job, whose log is empty
        Node.Write(from, "2");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => first.EndAsync());
        Assert.Contains("another writer has taken over transactional id 'dataflow.copy.", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.Equal("2", Next());
        await second.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["1", "1", "2"], Node.Read(topic).Select(record => record.Message.Value));

        string? Next()
        {
            Assert.True(seen.MoveNext());
            return seen.Current.Message.Value;
        }
    }

    [Fact]
    public async Task A_record_that_is_too_large_for_client_or_topic_stops_the_job_with_the_setting_to_raise()
    {
        var (topic, small) = (Node.CreateTopic(), Node.CreateTopic(1, ("max.message.bytes", "1000")));

        var ours = await Assert.ThrowsAsync<ConnectorException>(
            () => Runs.WriteAsync(Sink.Kafka<byte[]>(topic, Node.Cluster), new byte[2_000_000]));
        var theirs = await Assert.ThrowsAsync<ConnectorException>(
            () => Runs.WriteAsync(Sink.Kafka<byte[]>(small, Node.Cluster.With("compression.type", "none")), new byte[5000]));

        Assert.Contains("message.max.bytes allows (1000000)", ours.Message, StringComparison.Ordinal);
        Assert.Contains("max.message.bytes", theirs.Message, StringComparison.Ordinal);
        Assert.Empty(Node.Read(small));
    }

    [Fact]
    public async Task Where_it_is_not_known_what_is_in_Kafka_the_job_does_not_guess()
    {
        var topic = Node.CreateTopic();
        var (outbox, positions) = ($"copy.{topic}.outbox", $"dataflow.copy.{topic}.position");
        using var log = Runs.OpenLog();
        await CopyFromLog("1");
        Node.DeleteTopic(positions);
        await CopyFromLog("2"); // nothing was waiting, so nothing is in doubt

        log.AppendText(outbox, "3"); // as a crash between checkpoint and transaction leaves it
        await CopyFromLog("4");
        log.AppendText(outbox, "5");
        Node.DeleteTopic(positions);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => CopyFromLog("6"));
        Assert.Contains($"because topic '{positions}' is empty", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3", "4"], Node.Read(topic).Select(record => record.Message.Value));

        async Task CopyFromLog(string value)
        {
            var pipeline = new Pipeline("copy");
            pipeline.From(Topic.Of<string>("input", partitions: 1)).To(Sink.Kafka<string>(topic, Node.Cluster));
            await using var job = await pipeline.StartOnAsync(log);
            log.AppendText("input", value);
            Assert.Contains(Node.Follow(topic), record => record.Message.Value == value);
            await job.StopAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_crash_right_after_a_transaction_brings_nothing_a_second_time()
    {
        var (topic, life, time) = (Node.CreateTopic(), Guid.NewGuid(), TimeProvider.System);
        using var log = Runs.OpenLog();
        var outbox = await log.CreateTopicAsync("outbox", 1, TestContext.Current.CancellationToken);
        Relay(isNew: true, "1", "2"); // and nothing was deleted from the outbox yet

        Relay(isNew: false, "3");

        Assert.Equal(["1", "2", "3"], Node.Read(topic).Select(record => record.Message.Value));

        void Relay(bool isNew, params string[] values)
        {
            using var writer = new TransactionalWriter(Node.Cluster, topic, $"dataflow.crash.{topic}", life, time);
            var position = writer.Begin(isNew, outbox, TestContext.Current.CancellationToken);
            foreach (var value in values) log.AppendText("outbox", value);
            using var reader = log.OpenReader("outbox", 0, position);
            writer.Write(reader, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Results_whose_position_cannot_be_written_are_not_there_either()
    {
        var topic = Node.CreateTopic();
        using var log = Runs.OpenLog();
        var outbox = await log.CreateTopicAsync("outbox", 1, TestContext.Current.CancellationToken);
        using var writer = new TransactionalWriter(Node.Cluster, topic, $"dataflow.one.{topic}", Guid.NewGuid(), TimeProvider.System);
        var position = writer.Begin(isNew: true, outbox, TestContext.Current.CancellationToken);
        Node.Set($"dataflow.one.{topic}.position", "max.message.bytes", "90"); // enough for the mark of a transaction
        log.AppendText("outbox", "1");
        using var reader = log.OpenReader("outbox", 0, position);

        Assert.Throws<ConnectorException>(() => writer.Write(reader, TestContext.Current.CancellationToken));

        Assert.Empty(Node.Read(topic));
    }

    private Pipeline Copy(string from, string to)
    {
        var pipeline = new Pipeline("copy");
        pipeline.From(Source.Kafka<string>(from, Node.Cluster)).To(Sink.Kafka<string>(to, Node.Cluster));
        return pipeline;
    }

    private static async Task Count(string name, Func<Pipeline, Stream<Click>> read, Sink<Minute> sink, LogStore log)
    {
        var pipeline = new Pipeline(name);
        read(pipeline).WithEventTime(click => click.TimeMs, maxOutOfOrderness: TimeSpan.FromSeconds(2)).KeyBy(click => click.Page)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
            .Aggregate(a => a.Count(), (page, window, count) => new Minute(page, window.StartMs, count)).To(sink);
        await pipeline.RunOnAsync(log);
    }

    private static string Text(byte[]? bytes) => bytes is null ? "" : Encoding.UTF8.GetString(bytes);

    public sealed record Click(string Page, long TimeMs);

    public sealed record Minute(string Page, long StartMs, long Clicks);
}
