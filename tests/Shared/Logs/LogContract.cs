using System.Text;
using Dataflow.Log;

namespace Dataflow.Tests.Shared;

/// <summary>The promises of every log that jobs can run on.</summary>
public abstract class LogContract : IAsyncLifetime
{
    private readonly string _run = $"{Guid.NewGuid():n}"[..8];

    /// <summary>The log under test. Others may use it too: a test names its own topics.</summary>
    protected PartitionedLog Log { get; private set; } = null!; // set before each test

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Log = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (Log is not null) await Log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<PartitionedLog> OpenAsync();

    /// <summary>Whether the log deletes topics.</summary>
    protected virtual bool DeletesTopics => true;

    /// <summary>A name that no other test uses.</summary>
    protected string NameOf(string topic) => $"{topic}-{_run}";

    [Fact]
    public async Task Returns_keys_values_timestamps_and_headers_as_they_were_written()
    {
        var topic = await CreateAsync("rows");
        var records = new RecordBuffer();
        records.Append(5, "k"u8, "v"u8);
        records.Append(3, "v"u8, [new("trace", new byte[] { 1, 2 }), new("none"), new("trace", new byte[] { 3 })]);
        records.Append(7, ""u8, ""u8);
        records.AppendTombstone(long.MaxValue / 2, "k"u8);
        await CommitAsync((topic, 0, records));

        Assert.Equal(["5 k=v", "3 -=v trace:0102 none:- trace:03", "7 =", $"{long.MaxValue / 2} k=-"], ReadAll(topic, 0));
    }

    [Fact]
    public async Task Shows_all_of_a_commit_and_tells_where_its_records_are()
    {
        var (topic, other) = (await CreateAsync("first", partitions: 2), await CreateAsync("second"));
        await CommitAsync((topic, 1, Buffer("before")));
        var commit = new LogCommit();
        var first = commit.Add(topic, 1, Buffer("a", "b"));
        var none = commit.Add(topic, 0, new RecordBuffer());
        var second = commit.Add(topic, 1, Buffer("c"));
        commit.Add(other, 0, Buffer("d"));
        commit.SetGroupOffset(NameOf("group"), topic.Name, 1, 4);
        commit.SetGroupOffset(NameOf("group"), topic.Name, 1, 7);
        await Log.CommitAsync(commit, Cancelled);

        Assert.Equal(["before", "a", "b", "c"], Values(topic, 1));
        Assert.Empty(Values(topic, 0));
        Assert.Equal(["d"], Values(other, 0));
        Assert.Equal(["a", "b", "c"], Values(topic, 1, first.BaseOffset));
        Assert.Equal(["c"], Values(topic, 1, second.BaseOffset));
        Assert.Equal((2, 0, topic.EndOffset(0)), (first.Count, none.Count, none.BaseOffset));
        Assert.Equal(7, Log.GetGroupOffset(NameOf("group"), topic.Name, 1));
        Assert.Null(Log.GetGroupOffset(NameOf("group"), topic.Name, 0));
        Assert.Null(Log.GetGroupOffset(NameOf("other"), topic.Name, 1));
    }

    [Fact]
    public async Task Takes_a_commit_once_and_those_of_one_caller_in_their_order()
    {
        var topic = await CreateAsync("order");
        var commits = Enumerable.Range(0, 20).Select(number =>
        {
            var commit = new LogCommit { Owner = NameOf("owner") };
            commit.Add(topic, 0, Buffer($"{number}"));
            return commit;
        }).ToList();
        await Task.WhenAll(commits.Select(commit => Log.CommitAsync(commit, Cancelled).AsTask()));

        Assert.Equal(Enumerable.Range(0, 20).Select(static number => $"{number}"), Values(topic, 0));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Log.CommitAsync(commits[0], Cancelled));
    }

    [Fact]
    public async Task Refuses_what_is_not_there_and_says_what_is()
    {
        var topic = await CreateAsync("there", partitions: 2);
        Assert.Equal(topic.Name, (await Log.CreateTopicAsync(topic.Name, 2, Cancelled)).Name);
        await Assert.ThrowsAsync<LogException>(async () => await Log.CreateTopicAsync(topic.Name, 3, Cancelled));
        await Assert.ThrowsAsync<LogException>(async () => await Log.CreateTopicAsync("a/b", 1, Cancelled));
        Assert.False(Log.TryGetTopic(NameOf("missing"), out _));
        Assert.Contains(
            $"'{topic.Name}'", Assert.Throws<LogException>(() => Log.GetTopic(NameOf("missing"))).Message, StringComparison.Ordinal);
        Assert.Throws<LogException>(() => new LogCommit().Add(topic, 2, new RecordBuffer()));
        Assert.Throws<LogException>(() => topic.EndOffset(2));

        await using var elsewhere = LogStore.Open("elsewhere", new() { Durability = Durability.Memory });
        var commit = new LogCommit();
        commit.Add(await elsewhere.CreateTopicAsync(topic.Name, 2, Cancelled), 0, Buffer("a"));
        await Assert.ThrowsAsync<LogException>(async () => await Log.CommitAsync(commit, Cancelled));
        Assert.Empty(Values(topic, 0));
    }

    [Fact]
    public async Task A_deleted_topic_is_gone_and_one_of_its_name_begins_empty_unless_the_log_deletes_none()
    {
        var (topic, other) = (await CreateAsync("gone", partitions: 2), await CreateAsync("stays"));
        await CommitAsync((topic, 1, Buffer("a", "b")), (other, 0, Buffer("kept")));
        var commit = new LogCommit();
        commit.SetGroupOffset(NameOf("group"), topic.Name, 1, topic.EndOffset(1));
        commit.SetGroupOffset(NameOf("group"), other.Name, 0, other.EndOffset(0));
        await Log.CommitAsync(commit, Cancelled);
        using var reader = Log.OpenReader(topic.Name, 1, topic.EndOffset(1));
        if (!DeletesTopics)
        {
            await Assert.ThrowsAsync<LogException>(async () => await Log.DeleteTopicAsync(topic.Name, Cancelled));
            Assert.Equal(["a", "b"], Values(topic, 1));
            return;
        }

        var waits = reader.WaitToReadAsync(Cancelled).AsTask();
        await Log.DeleteTopicAsync(topic.Name, Cancelled);

        await Assert.ThrowsAsync<LogException>(() => waits);
        Assert.Throws<LogException>(() => reader.TryRead(out _));
        Assert.False(Log.TryGetTopic(topic.Name, out _));
        await Assert.ThrowsAsync<LogException>(async () => await CommitAsync((topic, 0, Buffer("late"))));
        await Assert.ThrowsAsync<LogException>(async () => await Log.DeleteTopicAsync(topic.Name, Cancelled));
        var again = await CreateAsync("gone", partitions: 3);
        await Assert.ThrowsAsync<LogException>(async () => await CommitAsync((topic, 0, Buffer("late"))));
        Assert.Equal((0, 3), (again.EndOffset(1), again.PartitionCount));
        Assert.Null(Log.GetGroupOffset(NameOf("group"), topic.Name, 1));
        await CommitAsync((again, 1, Buffer("new")));
        Assert.Equal(["new"], Values(again, 1));
        Assert.Equal(["kept"], Values(other, 0));
        Assert.NotNull(Log.GetGroupOffset(NameOf("group"), other.Name, 0));
    }

    [Fact]
    public async Task Reads_from_any_offset_and_refuses_others()
    {
        var topic = await CreateAsync("offsets");
        for (var i = 0; i < 5; i++) await CommitAsync((topic, 0, Buffer($"{2 * i}", $"{(2 * i) + 1}")));
        var offsets = Offsets(topic);
        using var reader = Log.OpenReader(topic.Name, 0, topic.StartOffset(0));
        foreach (var (offset, index) in offsets.Select(static (offset, index) => (offset, index)).Reverse())
        {
            reader.Seek(offset);
            Assert.Equal($"{index}", Read(reader, topic.EndOffset(0), TextOf)[0]);
        }

        Assert.Equal(topic.EndOffset(0), reader.Position);
        var error = Assert.Throws<OffsetOutOfRangeException>(() => Log.OpenReader(topic.Name, 0, topic.EndOffset(0) + 1));
        Assert.Equal((topic.StartOffset(0), topic.EndOffset(0)), (error.StartOffset, error.EndOffset));
        Assert.Throws<OffsetOutOfRangeException>(() => Log.OpenReader(topic.Name, 0, -1));
    }

    [Fact]
    public async Task Wakes_readers_that_wait_at_the_end_and_lets_them_give_up()
    {
        var topic = await CreateAsync("waits");
        using var reader = Log.OpenReader(topic.Name, 0, topic.EndOffset(0));
        using var other = Log.OpenReader(topic.Name, 0, topic.EndOffset(0));
        using var cancel = new CancellationTokenSource();
        var (waiting, cancelled) = (reader.WaitToReadAsync(Cancelled).AsTask(), other.WaitToReadAsync(cancel.Token).AsTask());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(waiting.IsCompleted);

        await CommitAsync((topic, 0, Buffer("a")));
        Assert.True(await waiting);
        Assert.Equal(["a"], Read(reader, topic.EndOffset(0), TextOf));
    }

    [Fact]
    public async Task Trims_what_is_below_an_offset()
    {
        var topic = await CreateAsync("trimmed");
        for (var i = 0; i < 4; i++) await CommitAsync((topic, 0, Buffer($"{i}")));
        var third = Offsets(topic)[2];
        await Log.TrimAsync(topic.Name, 0, third, Cancelled);
        await Log.TrimAsync(topic.Name, 0, 0, Cancelled);

        Assert.Equal(third, topic.StartOffset(0));
        Assert.Equal(["2", "3"], Values(topic, 0));
        Assert.Throws<OffsetOutOfRangeException>(() => Log.OpenReader(topic.Name, 0, 0));
        await Assert.ThrowsAsync<OffsetOutOfRangeException>(
            async () => await Log.TrimAsync(topic.Name, 0, topic.EndOffset(0) + 1, Cancelled));
    }

    [Fact]
    public async Task Takes_records_of_several_MiB_between_small_ones()
    {
        var topic = await CreateAsync("large");
        var large = new string('x', 3 << 20);
        await CommitAsync((topic, 0, Buffer("before", large, "after")));

        Assert.Equal(["before", large, "after"], Values(topic, 0));
    }

    [Fact]
    public async Task Keeps_the_order_of_a_producer_and_tells_when_all_is_durable()
    {
        var topic = await CreateAsync("produced");
        await using var producer = Log.CreateProducer(topic.Name);
        for (var i = 0; i < 5000; i++) await producer.AppendAsync(0, 1, Encoding.UTF8.GetBytes($"{i}"), Cancelled);
        await producer.FlushAsync(Cancelled);

        Assert.Equal(Enumerable.Range(0, 5000).Select(static number => $"{number}"), Values(topic, 0));
    }

    [Fact]
    public async Task Runs_a_job_that_carries_on_from_its_checkpoint()
    {
        var (words, counts) = (Topic.Of<string>(NameOf("words"), 2), Topic.Of<string>(NameOf("counts"), 1));
        var options = new JobOptions { Log = Log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(50) };
        await WriteAsync(words, 0, 500);
        await RunUntilAsync(1);
        await WriteAsync(words, 500, 500);
        await RunUntilAsync(1000);

        var expected = from word in Enumerable.Range(0, 7)
                       from count in Enumerable.Range(1, (1000 - word + 6) / 7)
                       select $"word {word}: {count}";
        Assert.Equal(expected.Order(StringComparer.Ordinal), counts.ReadAll(Log).Order(StringComparer.Ordinal));

        async Task RunUntilAsync(int results)
        {
            await using var job = await Counting().StartAsync(options, Cancelled);
            using var reader = Log.OpenReader(counts.Name, 0, 0);
            for (var read = 0; read < results; read += Read(reader, Log.GetTopic(counts.Name).EndOffset(0), TextOf).Count)
                await reader.WaitToReadAsync(Cancelled);
            await job.StopAsync(Cancelled);
        }

        Pipeline Counting()
        {
            var pipeline = new Pipeline(NameOf("counting"));
            pipeline.From(words).KeyBy(static word => word).Process(static () => new CountEach()).Values().To(counts);
            return pipeline;
        }
    }

    private async Task WriteAsync(Topic<string> topic, int from, int count)
    {
        await using var writer = await Log.OpenWriterAsync<string, string>(topic, cancellationToken: Cancelled);
        await Task.WhenAll(Enumerable.Range(from, count).Select(number => writer.WriteAsync(
            $"{number % 7}", $"word {number % 7}", DateTimeOffset.UnixEpoch, cancellationToken: Cancelled)));
    }

    private async Task<LogTopic> CreateAsync(string name, int partitions = 1)
        => await Log.CreateTopicAsync(NameOf(name), partitions, Cancelled);

    private async Task CommitAsync(params (LogTopic Topic, int Partition, RecordBuffer Records)[] appends)
    {
        var commit = new LogCommit();
        foreach (var (topic, partition, records) in appends) commit.Add(topic, partition, records);
        await Log.CommitAsync(commit, Cancelled);
    }

    private static RecordBuffer Buffer(params IEnumerable<string> values)
    {
        var records = new RecordBuffer();
        foreach (var value in values) records.Append(1, Encoding.UTF8.GetBytes(value));
        return records;
    }

    private List<string> Values(LogTopic topic, int partition, long? from = null) => ReadAll(topic, partition, TextOf, from);

    private List<string> ReadAll(LogTopic topic, int partition) => ReadAll(topic, partition, static record =>
    {
        var headers = new StringBuilder();
        foreach (var header in record.Headers)
            headers.Append($" {header.Name}:{(header.HasValue ? Convert.ToHexString(header.Value.Span) : "-")}");
        return $"{record.Timestamp} {(record.HasKey ? Text(record.Key) : "-")}={(record.HasValue ? Text(record.Value) : "-")}{headers}";
    });

    private List<long> Offsets(LogTopic topic) => ReadAll(topic, 0, static record => record.Offset);

    private List<T> ReadAll<T>(LogTopic topic, int partition, Func<LogRecord, T> select, long? from = null)
    {
        using var reader = Log.OpenReader(topic.Name, partition, from ?? topic.StartOffset(partition));
        return Read(reader, topic.EndOffset(partition), select);
    }

    private static List<T> Read<T>(PartitionReader reader, long end, Func<LogRecord, T> select)
    {
        var all = new List<T>();
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch) all.Add(select(record));
        }

        return all;
    }

    private static string TextOf(LogRecord record) => Text(record.Value);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private sealed class CountEach : KeyedProcess<string, string, long, string>
    {
        public override void OnRecord(in Record<string> record, ref long state, ProcessContext<string, string> context)
            => context.Emit($"{record.Value}: {++state}");
    }
}
