using System.Text;
using Dataflow.Log;
using Dataflow.Operations;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Kafka's topics as sinks of several processes; here each is a log of its own.</summary>
public sealed class SharedSinkTests(SharedNode shared)
{
    private const int Keys = 20;

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Three_processes_write_each_result_of_their_keys_once_and_in_order_while_they_come_and_leave()
    {
        var (from, to) = (Node.CreateTopic(6), Node.CreateTopic(4));
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        await using var third = await ConnectAsync(Node);
        var jobs = (await Task.WhenAll(StartAsync(Numbering(from, to), first), StartAsync(Numbering(from, to), second))).ToList();
        await UntilSharedAsync(jobs);
        Write(from, 0, 1000);
        jobs.Add(await StartAsync(Numbering(from, to), third));
        await UntilAsync(() => jobs.TrueForAll(static job => job.Status.Splits.Count > 0), jobs);
        Write(from, 1000, 1000);
        await UntilAsync(() => jobs.Sum(static job => job.Status.Splits.Sum(static split => split.Position)) == 2000, jobs);
        await jobs[0].StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        jobs.RemoveAt(0);
        Write(from, 2000, 1000);

        _ = Node.Follow(to).Take(3000).Count();
        foreach (var job in jobs) await job.StopAsync(TestContext.Current.CancellationToken);

        CheckNumbers(to, 3000);
        Assert.All(
            Node.Read(to).Select(static record => (record.Message.Key, record.Partition.Value)),
            static record => Assert.Equal(Utf8Partition(record.Key!, 4), record.Value));
        Assert.False(second.TryGetTopic($"numbering-{from}.{to}.outbox", out _));
    }

    [Fact]
    public async Task A_process_that_was_shut_out_adds_nothing_and_one_without_others_goes_on()
    {
        var (from, to) = (Node.CreateTopic(6), Node.CreateTopic(4));
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        var jobs = await Task.WhenAll(StartAsync(Numbering(from, to), first), StartAsync(Numbering(from, to), second));
        await UntilSharedAsync(jobs);
        Write(from, 0, 1000);
        await UntilAsync(() => jobs.Sum(static job => job.Status.RecordsRead) == 1000, jobs);

        Write(from, 1000, 1000);
        await first.ShutOutAsync(OwnersOf(from, first).First(), TestContext.Current.CancellationToken); // as who takes shards over begins
        Write(from, 2000, 1000);

        _ = Node.Follow(to).Take(3000).Count();
        foreach (var job in jobs) await job.StopAsync(TestContext.Current.CancellationToken);
        CheckNumbers(to, 3000);

        // From now on one process, and by an outbox.
        await using var alone = await StartAsync(Numbering(from, to, Node.Cluster.With("linger.ms", "6")), second);
        Write(from, 3000, 100);
        _ = Node.Follow(to).Take(3100).Count();
        await alone.StopAsync(TestContext.Current.CancellationToken);
        CheckNumbers(to, 3100);
    }

    [Fact]
    public async Task Where_log_and_sink_are_not_on_one_cluster_one_process_writes_and_another_takes_over()
    {
        var (from, to) = (Node.CreateTopic(6), Node.CreateTopic(2));
        var other = Node.Cluster.With("linger.ms", "6"); // written to in another way
        await using var first = await ConnectAsync(Node);
        await using var second = await ConnectAsync(Node);
        await using var running = await StartAsync(Numbering(from, to, other), first);
        await UntilAsync(() => running.State == JobState.Running, [running]);
        await using var waiting = await StartAsync(Numbering(from, to, other), second);
        Write(from, 0, 100);
        await UntilAsync(() => running.Status.RecordsRead == 100 && waiting.State == JobState.Waiting, [running, waiting]);
        Assert.Equal(
            "Another process runs the pipeline, and this one waits to take over. Its work cannot be shared: sink 'kafka:" + to
                + "' cannot be shared on the log of this job.",
            waiting.Diagnose().ToString());
        await running.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        Write(from, 100, 100);
        _ = Node.Follow(to).Take(200).Count();
        await waiting.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);

        CheckNumbers(to, 200);
    }

    [Fact]
    public async Task What_waits_in_an_outbox_comes_first_once_log_and_sink_are_on_one_cluster()
    {
        var (from, to) = (Node.CreateTopic(6), Node.CreateTopic(2));
        await using var log = await ConnectAsync(Node);
        await using (var before = await StartAsync(Numbering(from, to, Node.Cluster.With("linger.ms", "6")), log))
        {
            Write(from, 0, 100);
            _ = Node.Follow(to).Take(100).Count();
            await before.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        }

        await AppendAsync(log, $"numbering-{from}.{to}.outbox", "k0", "k0:6"); // as a crash between checkpoint and transaction leaves it
        await using var job = await StartAsync(Numbering(from, to), log);
        _ = Node.Follow(to).Take(101).Count();
        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);

        CheckNumbers(to, 101);
    }

    [Fact]
    public async Task Records_have_keys_headers_and_event_times_in_a_commit_too_and_go_to_all_partitions_without_a_key()
    {
        var (from, to) = (Node.CreateTopic(2), Node.CreateTopic(3));
        var time = DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeMilliseconds();
        await using var log = await ConnectAsync(Node);
        var pipeline = new Pipeline($"headers-{from}");
        pipeline.From(Topic.Of<string>(from, 2)).WithEventTime(text => text is "future" ? time + 86_400_000 : time)
            .Select(static text => new KafkaRecord<string, string>(text is "gone" ? "key" : null, text is "gone" ? null : text)
            {
                Headers = [new("trace", "1"u8.ToArray())],
            })
            .To(Sink.KafkaRecords<string, string>(to, Node.Cluster));
        await using var job = await StartAsync(pipeline, log);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Node.Write(from, ["a", "b", "c", "gone", "future"]);
        _ = Node.Follow(to).Take(5).Count();
        await job.StopAsync(TestContext.Current.CancellationToken);

        var written = Node.Read(to);
        Assert.Equal([null, "a", "b", "c", "future"], written.Select(static record => record.Message.Value).Order());
        Assert.Equal("key", written.Single(static record => record.Message.Value is null).Message.Key);
        Assert.All(written, static record => Assert.Equal("trace", Assert.Single(record.Message.Headers).Key));
        Assert.Equal(
            [0, 1, 2], written.Where(static record => record.Message.Key is null).Select(static record => record.Partition.Value)
                .Distinct().Order());
        Assert.All(
            written.Where(static record => record.Message.Value is not "future"),
            record => Assert.Equal(time, record.Message.Timestamp.UnixTimestampMs));
        Assert.InRange(
            written.Single(static record => record.Message.Value is "future").Message.Timestamp.UnixTimestampMs, before, before + 60_000);
    }

    private static IEnumerable<string> OwnersOf(string from, KafkaLog log)
    {
        var claims = log.GetTopic(KafkaMembership.ClaimsOf($"numbering-{from}"));
        return Claims.Read(log, claims, claims.EndOffset(0)).Keys;
    }

    private static async Task AppendAsync(KafkaLog log, string topic, string key, string value)
    {
        var records = new RecordBuffer();
        records.Append(0, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        var commit = new LogCommit();
        commit.Add(log.GetTopic(topic), 0, records);
        await log.CommitAsync(commit, TestContext.Current.CancellationToken);
    }

    private static int Utf8Partition(string key, int partitions)
        => KafkaPartitioner.Partition(Encoding.UTF8.GetBytes(key), partitions);

    /// <summary>Numbers the records of each key.</summary>
    private Pipeline Numbering(string from, string to, KafkaCluster? kafka = null)
    {
        var pipeline = new Pipeline($"numbering-{from}");
        pipeline.From(Topic.Of<string>(from, 6)).KeyBy(static text => text).Process(static () => new Numbers())
            .Values().To(Sink.Kafka(to, kafka ?? Node.Cluster, static (string text) => text.Split(':')[0]));
        return pipeline;
    }

    private void Write(string from, int start, int count)
        => Node.Write(from, Enumerable.Range(start, count).Select(static i => $"k{i % Keys}"));

    /// <summary>Compares all that is committed, and the order for each key.</summary>
    private void CheckNumbers(string to, int count)
    {
        var written = Node.Read(to).GroupBy(static record => record.Message.Key!).OrderBy(static key => key.Key, StringComparer.Ordinal);
        var expected = Enumerable.Range(0, count).GroupBy(static i => $"k{i % Keys}")
            .OrderBy(static key => key.Key, StringComparer.Ordinal);
        Assert.Equal(
            expected.SelectMany(static key => key.Select((_, index) => $"{key.Key}:{index + 1}")),
            written.SelectMany(static key => key.Select(static record => record.Message.Value)));
    }

    private sealed class Numbers : KeyedProcess<string, string, int, string>
    {
        public override void OnRecord(in Record<string> record, ref int state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key}:{++state}");
    }
}
