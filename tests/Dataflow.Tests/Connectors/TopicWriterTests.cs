using System.Diagnostics;
using System.Text;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

public sealed class TopicWriterTests : IDisposable
{
    private static readonly Topic<Stock> s_stocks = Topic.Of<Stock>("stocks", partitions: 3);

    private readonly LogStore _log = LogStore.Open("writers", new LogOptions { Durability = Durability.Memory });

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task What_was_written_and_deleted_is_what_a_table_of_the_topic_holds()
    {
        await using var writer = await _log.OpenWriterAsync<string, Stock>(s_stocks, cancellationToken: Stop);
        foreach (var item in Enumerable.Range(0, 20)) await writer.WriteAsync($"item {item}", new(item, 1), cancellationToken: Stop);
        await writer.WriteAsync("item 3", new(3, 7), cancellationToken: Stop);
        await writer.DeleteAsync("item 4", cancellationToken: Stop);

        var pipeline = new Pipeline("stocks");
        pipeline.Table<string, Stock>(s_stocks.StopAtEnd()).To(Topic.Of<Stock>("copy", partitions: 3));
        await pipeline.RunAsync(new JobOptions { Log = _log, Workers = 2 }, Stop);

        Assert.Equal(Last("stocks"), Last("copy")); // each key in the partition where a pipeline puts it
        Assert.Equal(19, Last("copy").Count(row => row.HasValue));
    }

    [Fact]
    public async Task A_write_is_in_the_log_with_its_time_and_headers_when_it_completes()
    {
        var clock = new SimulatedClock();
        await using var writer = await _log.OpenWriterAsync<string, Stock>(
            Topic.Of<Stock>("one", partitions: 1), time: clock, cancellationToken: Stop);
        await writer.WriteAsync("a", new(1, 1), headers: new[] { new RecordHeader("trace", "t1"u8.ToArray()) }, cancellationToken: Stop);
        await writer.WriteAsync("b", new(2, 2), DateTimeOffset.FromUnixTimeMilliseconds(7), cancellationToken: Stop);

        var seen = Records("one").Select(record => (Text(record.Key), record.Timestamp, record.Headers.Count)).ToList();

        Assert.Equal([("a", clock.GetUtcNow().ToUnixTimeMilliseconds(), 1), ("b", 7, 0)], seen);
        Assert.True(Records("one")[0].Headers.TryGetLast("trace", out var trace));
        Assert.Equal("t1", Text(trace.Value));
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public async Task A_record_carries_the_trace_of_the_request_and_the_pipeline_that_reads_it_links_to_it(
        bool carries, bool isSampled, int spans)
    {
        var topic = $"traced-{carries}-{isSampled}";
        var read = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Dataflow",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (read)
                {
                    if (span.OperationName == "dataflow.read" && $"{span.GetTagItem("split")}" == $"{topic}[0]") read.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var request = new Activity("request") { ActivityTraceFlags = isSampled ? ActivityTraceFlags.Recorded : default };
        request.TraceStateString = "vendor=1";
        await using var writer = await _log.OpenWriterAsync<string, Stock>(
            Topic.Of<Stock>(topic, partitions: 1), carriesTrace: carries, cancellationToken: Stop);
        request.Start();
        await writer.WriteAsync("a", new(1, 1), cancellationToken: Stop);
        request.Stop();

        var pipeline = new Pipeline(topic);
        pipeline.From(Topic.Of<Stock>(topic).StopAtEnd()).To(Sink.Memory<Stock>());
        await pipeline.RunAsync(new JobOptions { Log = _log, Workers = 1 }, Stop);

        Assert.Equal(carries ? 2 : 0, Records(topic)[0].Headers.Count);
        lock (read)
        {
            Assert.Equal(spans, read.Count);
            Assert.All(read, span => Assert.Equal(
                (request.TraceId, request.SpanId, "vendor=1"),
                (span.Links.Single().Context.TraceId, span.Links.Single().Context.SpanId, span.Links.Single().Context.TraceState)));
        }
    }

    [Fact]
    public async Task Writes_of_a_key_keep_their_order_where_they_wait_for_memory_together()
    {
        using var log = LogStore.Open("small", new LogOptions { Durability = Durability.Memory, MaxPendingBytes = 4 << 10 });
        var topic = Topic.Of<int>("numbers", partitions: 1);
        await using var writer = await log.OpenWriterAsync<string, int>(topic, cancellationToken: Stop);

        await Task.WhenAll(Enumerable.Range(0, 20_000).Select(i => writer.WriteAsync("key", i, cancellationToken: Stop)));

        Assert.Equal(Enumerable.Range(0, 20_000), topic.ReadAll(log));
    }

    [Fact]
    public async Task Many_writes_at_once_are_all_there_and_share_commits()
    {
        await using var writer = await _log.OpenWriterAsync<int, Stock>(Topic.Of<Stock>("many", partitions: 4), cancellationToken: Stop);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(
            () => Task.WhenAll(
                Enumerable.Range(0, 1000).Select(i => writer.WriteAsync((thread * 1000) + i, new(i, thread), cancellationToken: Stop))),
                Stop)));

        Assert.Equal(4000, Topic.Of<Stock>("many").ReadAll(_log).Distinct().Count());
    }

    [Fact]
    public async Task Writes_that_find_the_memory_of_the_log_full_wait_and_are_written_as_they_were()
    {
        using var log = LogStore.Open("small", new LogOptions { Durability = Durability.Memory, MaxPendingBytes = 64 << 10 });
        await using var writer = await log.OpenWriterAsync<int, byte[]>(Topic.Of<byte[]>("big", partitions: 1), cancellationToken: Stop);

        await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => writer.WriteAsync(i, [.. Enumerable.Repeat((byte)i, 5000)], cancellationToken: Stop)));

        var values = Topic.Of<byte[]>("big").ReadAll(log).ToList();
        Assert.Equal(200, values.Count);
        Assert.All(values, value => Assert.True(value.AsSpan().IndexOfAnyExcept(value[0]) < 0 && value.Length == 5000));
    }

    [Fact]
    public async Task A_pipeline_that_starts_before_its_writer_makes_the_topic_and_reads_what_comes()
    {
        var pipeline = new Pipeline("early");
        var seen = Sink.Memory<Stock>();
        pipeline.From(s_stocks).To(seen);
        await using var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 1 }, Stop);
        await using (var writer = await _log.OpenWriterAsync<string, Stock>(s_stocks, cancellationToken: Stop)) await writer.WriteAsync(
            "a", new(1, 1), cancellationToken: Stop);

        while (job.Status.RecordsRead < 1) await Task.Yield();
        await job.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([new Stock(1, 1)], seen.Committed);
        Assert.Equal(3, _log.GetTopic("stocks").PartitionCount);
    }

    [Fact]
    public async Task A_start_that_misses_what_it_reads_has_made_no_topic()
    {
        var pipeline = new Pipeline("refused");
        pipeline.From(s_stocks.StopAtEnd()).To(Topic.Of<Stock>("copy"));

        await Assert.ThrowsAsync<ConnectorException>(() => pipeline.StartAsync(new JobOptions { Log = _log }, Stop));

        Assert.Empty(_log.Topics);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Each key with its partition and whether its last record has a value.</summary>
    private IEnumerable<(string Key, int Partition, bool HasValue)> Last(string topic)
        => Enumerable.Range(0, _log.GetTopic(topic).PartitionCount)
            .SelectMany(
                partition => Records(topic, partition).GroupBy(record => Text(record.Key))
                .Select(key => (key.Key, partition, key.Last().HasValue)))
            .OrderBy(row => row.Key, StringComparer.Ordinal);

    private List<LogRecord> Records(string topic, int partition = 0)
    {
        var records = new List<LogRecord>();
        var reader = _log.OpenReader(topic, partition, 0); // not disposed: its bytes are looked at
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch) records.Add(record);
        }

        return records;
    }

    public sealed record Stock(int Item, int Pieces);
}
