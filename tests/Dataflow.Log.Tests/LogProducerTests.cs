using Dataflow.Testing;
using System.Globalization;
using System.Text;

namespace Dataflow.Log.Tests;

public class LogProducerTests : IDisposable
{
    private readonly TemporaryFolder _directory = new();
    private readonly InlineTaskScheduler _scheduler = new() { Holds = true };
    private readonly FaultyFileSystem _files = new(PhysicalFileSystem.Instance);

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Keeps_every_record_of_many_threads_in_the_order_of_each()
    {
        using var store = LogStore.Open(_directory["log"]);
        await store.CreateTopicAsync("orders", 4);
        await using var producer = store.CreateProducer("orders");
        var threads = Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            for (var number = 0; number < 20_000; number++)
                await producer.AppendAsync(
                    thread, number, Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)), Array.Empty<byte>());
        })).ToList();
        await Task.WhenAll(threads);
        await producer.FlushAsync();
        for (var partition = 0; partition < 4; partition++)
            Assert.Equal(
                Enumerable.Range(0, 20_000).Select(number => (long)number), store.Rows("orders", partition).Select(row => row.Timestamp));
    }

    [Fact]
    public async Task Gathers_while_a_commit_is_on_its_way()
    {
        var (store, producer) = await OpenAsync();
        foreach (var value in (string[])["a", "b", "c"]) Assert.True(producer.TryAppend(0, 0, Encoding.UTF8.GetBytes(value)));
        var flush = producer.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);
        await RunUntilDoneAsync(flush);
        using var reader = store.OpenReader("orders", 0, 0);
        Assert.True(reader.TryRead(out var batch));
        Assert.Equal(1, batch.Count);
        Assert.True(reader.TryRead(out batch));
        Assert.Equal(2, batch.Count);
        store.Dispose();
    }

    [Fact]
    public async Task Holds_appends_back_when_too_much_is_pending()
    {
        var (store, producer) = await OpenAsync();
        var value = new byte[1500];
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => producer.TryAppend(0, 0, value)));
        var waiting = producer.AppendAsync(0, 0, value).AsTask();
        Assert.False(waiting.IsCompleted);
        await RunUntilDoneAsync(waiting);
        await RunUntilDoneAsync(producer.FlushAsync().AsTask());
        Assert.Equal(4, store.Values("orders", 0).Count);
        store.Dispose();
    }

    [Fact]
    public async Task Appends_headers_and_tombstones_at_once_or_after_a_wait()
    {
        var (store, producer) = await OpenAsync();
        RecordHeader[] headers = [new("h", new byte[] { 1 })];
        Assert.True(producer.TryAppend(0, 0, "now"u8, headers));
        Assert.True(producer.TryAppendTombstone(0, 0, "now"u8, headers));
        Assert.True(producer.TryAppend(0, 0, "k"u8, new byte[4 << 10], headers));
        List<Task> waiting =
        [
            producer.AppendAsync(0, 0, "later"u8.ToArray(), headers.AsMemory()).AsTask(),
            producer.AppendAsync(0, 0, "later"u8.ToArray(), "v"u8.ToArray(), headers).AsTask(),
            producer.AppendTombstoneAsync(0, 0, "later"u8.ToArray(), headers).AsTask(),
        ];
        Assert.All(waiting, append => Assert.False(append.IsCompleted));
        foreach (var append in waiting) await RunUntilDoneAsync(append);
        await RunUntilDoneAsync(producer.FlushAsync().AsTask());
        Assert.Equal(Enumerable.Repeat("h=01", 6), store.ReadAll("orders", 0, record => record.HeaderText()));
        Assert.Equal([(false, true), (true, false), (true, true), (false, true), (true, true), (true, false)],
            store.ReadAll("orders", 0, record => (record.HasKey, record.HasValue)));
        store.Dispose();
    }

    [Fact]
    public async Task Appends_that_wait_keep_their_order_and_leave_out_those_that_were_given_up_or_refused()
    {
        var (store, producer) = await OpenAsync();
        Assert.True(producer.TryAppend(0, 0, new byte[4 << 10]));
        using var givesUp = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 10)
            .Select(i => producer.AppendAsync(i == 5 ? 9 : 0, i, "v"u8.ToArray(), i == 3 ? givesUp.Token : default).AsTask()).ToList();
        await givesUp.CancelAsync();
        Assert.False(producer.TryAppend(0, 0, "v"u8)); // none overtakes those that wait

        await RunUntilDoneAsync(waiting[^1]);
        await RunUntilDoneAsync(producer.FlushAsync().AsTask());

        Assert.Equal([0, 0, 1, 2, 4, 6, 7, 8, 9], store.Rows("orders", 0).Select(row => row.Timestamp));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[3]);
        await Assert.ThrowsAsync<LogException>(() => waiting[5]);
        store.Dispose();
    }

    [Fact]
    public async Task Keeps_what_a_full_disk_refused_for_the_next_flush()
    {
        var (store, producer) = await OpenAsync();
        _files.FreeBytes = 0;
        producer.TryAppend(0, 0, "a"u8);
        var refused = producer.FlushAsync().AsTask();
        await Assert.ThrowsAsync<LogFullException>(() => RunUntilDoneAsync(refused));
        producer.TryAppend(0, 0, "b"u8);
        _files.FreeBytes = long.MaxValue;
        await RunUntilDoneAsync(producer.FlushAsync().AsTask());
        Assert.Equal(["a", "b"], store.Values("orders", 0));
        store.Dispose();
    }

    [Fact]
    public async Task Ends_when_the_log_fails()
    {
        var (store, producer) = await OpenAsync();
        _files.FailSync = _ => true;
        producer.TryAppend(0, 0, "a"u8);
        var failed = producer.FlushAsync().AsTask();
        await Assert.ThrowsAsync<LogFailedException>(() => RunUntilDoneAsync(failed));
        Assert.Throws<LogFailedException>(() => producer.TryAppend(0, 0, "b"u8));
        store.Dispose();
    }

    [Fact]
    public async Task Names_topic_partition_and_size_of_a_record_that_is_too_large_and_goes_on()
    {
        var (store, producer) = await OpenAsync();
        var error = Assert.Throws<RecordTooLargeException>(() => producer.TryAppend(0, 0, "k"u8, new byte[17 << 20]));
        Assert.Equal(("orders", 0, true), (error.Topic, error.Partition, error.Bytes > 17 << 20));
        Assert.True(producer.TryAppend(0, 0, "small"u8));
        await RunUntilDoneAsync(producer.FlushAsync().AsTask());
        Assert.Equal(["small"], store.Values("orders", 0));
        store.Dispose();
    }

    [Fact]
    public async Task Refuses_a_partition_that_the_topic_lacks()
    {
        var (store, producer) = await OpenAsync();
        Assert.Throws<LogException>(() => producer.TryAppend(1, 0, "a"u8));
        store.Dispose();
    }

    private async Task<(LogStore Store, LogProducer Producer)> OpenAsync()
    {
        var store = LogStore.Open(
            _directory["log"], new() { CommitScheduler = _scheduler, MaxPendingBytes = 4 << 10, FileSystem = _files });
        var creating = store.CreateTopicAsync("orders", 1).AsTask();
        await RunUntilDoneAsync(creating);
        return (store, store.CreateProducer("orders"));
    }

    private async Task RunUntilDoneAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            _scheduler.RunHeld();
            await Task.Yield();
        }
        await task;
    }
}
