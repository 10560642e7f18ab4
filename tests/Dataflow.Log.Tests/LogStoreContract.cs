using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Log.Tests;

/// <summary>What every durability promises while the store is open.</summary>
public abstract class LogStoreContract : IDisposable
{
    private readonly TemporaryFolder _directory = new();

    private protected abstract Durability Durability { get; }

    private LogOptions Options => new() { Durability = Durability, SegmentBytes = 64 << 10, JournalFileBytes = 64 << 10 };

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Returns_keys_values_and_timestamps_as_they_were_written()
    {
        using var store = await OpenAsync();
        var buffer = new RecordBuffer();
        buffer.Append(5, "k"u8, "v"u8);
        buffer.Append(3, "v"u8);
        buffer.Append(7, ""u8, ""u8);
        buffer.AppendTombstone(long.MaxValue, "k"u8);
        var commit = new LogCommit();
        commit.Add(store.GetTopic("orders"), 0, buffer);
        await store.CommitAsync(commit);
        Assert.Equal(
            [new(0, 5, "k", "v"), new(1, 3, null, "v"), new(2, 7, "", ""), new(3, long.MaxValue, "k", null)], store.Rows("orders", 0));
    }

    [Fact]
    public async Task Does_not_read_beyond_the_end_while_a_commit_is_being_published()
    {
        using var store = await OpenAsync();
        await store.AppendAsync("orders", 0, "first");
        await store.AppendAsync("orders", 0, "second");
        var partition = ((StoreTopic)store.GetTopic("orders")).PartitionAt(0);
        partition.Publish(1); // as it is once the second one's bytes are there
        using var reader = store.OpenReader("orders", 0, 0);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Equal((1, 1), (reader.Position, reader.End));

        partition.Publish(2);
        Assert.Equal("second", Assert.Single(reader.Rows()).Value);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task Returns_headers_in_the_order_and_with_the_bytes_of_their_producer()
    {
        using var store = await OpenAsync();
        var buffer = new RecordBuffer();
        buffer.Append(0, "none"u8);
        buffer.Append(
            0, "k"u8, "v"u8,
            [new("trace", new byte[] { 1, 2 }), new("ärger"), new("", Array.Empty<byte>()), new("trace", new byte[] { 3 })]);
        buffer.AppendTombstone(0, "k"u8, [new("why", "gone"u8.ToArray())]);
        buffer.Append(0, "v"u8, [new("large", new byte[2 << 20])]);
        var commit = new LogCommit();
        commit.Add(store.GetTopic("orders"), 0, buffer);
        await store.CommitAsync(commit);
        Assert.Equal(
            ["", "trace=0102 ärger=- = trace=03", "why=676F6E65", $"large={new string('0', 4 << 20)}"],
            store.ReadAll("orders", 0, record => record.HeaderText()));
        Assert.Equal(["", "03", "", ""], store.ReadAll("orders", 0, record
            => record.Headers.TryGetLast("trace", out var trace) ? Convert.ToHexString(trace.Value.Span) : ""));
    }

    [Fact]
    public void Gives_any_record_back_as_it_was_appended()
    {
        var bytes = Gen.Byte.Array[0, 200];
        var headers = Gen.Select(Gen.Char['\0', '\ud7ff'].Array[0, 20].Select(name => new string(name)), bytes.Null()).Array[0, 5];
        var paths = 0;
        Gen.Select(Gen.Long, bytes.Null(), bytes.Null(), headers).Array[1, 20].Sample(records =>
        {
            using var store = LogStore.Open(
                _directory[$"any-{Interlocked.Increment(ref paths)}"], Options with { CommitScheduler = new InlineTaskScheduler() });
            var topic = store.CreateTopicAsync("orders", 1).AsTask().Result;
            var buffer = new RecordBuffer();
            foreach (var (timestamp, key, value, named) in records)
            {
                RecordHeader[] written = [
                    .. named.Select(header => header.Item2 is null ? new RecordHeader(header.Item1) : new(header.Item1, header.Item2))];
                buffer.Append(timestamp, key, key?.Length ?? -1, value, value?.Length ?? -1, written);
            }
            var commit = new LogCommit();
            commit.Add(topic, 0, buffer);
            store.CommitAsync(commit).AsTask().Wait();
            return store.ReadAll("orders", 0, Text).SequenceEqual(records.Select(record
                => $"{record.Item1} {Hex(record.Item2)} {Hex(record.Item3)} "
                    + $"{string.Join(' ', record.Item4.Select(header => $"{header.Item1}={Hex(header.Item2)}"))}"));
        }, iter: 50, threads: 1);

        static string Hex(byte[]? bytes) => bytes is null ? "-" : Convert.ToHexString(bytes);

        static string Text(LogRecord record) => $"{record.Timestamp} {Hex(record.HasKey ? record.Key.ToArray() : null)} "
            + $"{Hex(record.HasValue ? record.Value.ToArray() : null)} {record.HeaderText()}";
    }

    [Fact]
    public async Task Hands_out_batches_that_know_their_extent()
    {
        using var store = await OpenAsync();
        await store.AppendAsync("orders", 0, "a");
        await store.AppendAsync("orders", 0, "b", "c");
        using var reader = store.OpenReader("orders", 0, 1);
        Assert.True(reader.TryRead(out var batch));
        Assert.Equal((1, 2, 2, 0), (batch.BaseOffset, batch.LastOffset, batch.Count, batch.MaxTimestamp));
        Assert.Equal(
            BatchHeader.ChecksumOf(batch.Bytes.Span), System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(batch.Bytes.Span[17..]));
        Assert.Equal(3, reader.Position);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task Appends_buffers_of_one_commit_in_their_order()
    {
        using var store = await OpenAsync();
        var commit = new LogCommit();
        var first = commit.Add(store.GetTopic("orders"), 1, Records.Buffer("a", "b"));
        var none = commit.Add(store.GetTopic("orders"), 1, new RecordBuffer());
        var second = commit.Add(store.GetTopic("orders"), 1, Records.Buffer("c"));
        await store.CommitAsync(commit);
        Assert.Equal((0, 2, 2), (first.BaseOffset, none.BaseOffset, second.BaseOffset));
        Assert.Equal(["a", "b", "c"], store.Values("orders", 1));
        Assert.Empty(store.Values("orders", 0));
    }

    [Fact]
    public async Task Takes_a_commit_once()
    {
        using var store = await OpenAsync();
        var commit = new LogCommit();
        var appended = commit.Add(store.GetTopic("orders"), 0, Records.Buffer("a"));
        Assert.Throws<InvalidOperationException>(() => appended.BaseOffset);
        await store.CommitAsync(commit);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.CommitAsync(commit));
        Assert.Throws<InvalidOperationException>(() => commit.SetGroupOffset("group", "orders", 0, 1));
    }

    [Fact]
    public async Task Keeps_group_offsets()
    {
        using var store = await OpenAsync();
        var commit = new LogCommit();
        commit.SetGroupOffset("group", "orders", 1, 4);
        commit.SetGroupOffset("group", "orders", 1, 7);
        await store.CommitAsync(commit);
        Assert.Equal(7, store.GetGroupOffset("group", "orders", 1));
        Assert.Null(store.GetGroupOffset("group", "orders", 0));
        Assert.Null(store.GetGroupOffset("other", "orders", 1));
    }

    [Fact]
    public async Task Starts_in_the_middle_of_a_batch()
    {
        using var store = await OpenAsync();
        await store.AppendAsync("orders", 0, "a", "b", "c");
        await store.AppendAsync("orders", 0, "d");
        Assert.Equal([new(2, 0, null, "c"), new(3, 0, null, "d")], store.Rows("orders", 0, from: 2));
        Assert.Empty(store.Rows("orders", 0, from: 4));
    }

    [Theory]
    [InlineData(64 << 10)]
    [InlineData(64 << 20)]
    public async Task Finds_every_offset(int segmentBytes)
    {
        using var store = LogStore.Open(_directory["segments"], Options with { SegmentBytes = segmentBytes, JournalFileBytes = 1 << 20 });
        await store.CreateTopicAsync("orders", 1);
        for (var batch = 0; batch < 200; batch++) await store.AppendAsync(
            "orders", 0, new string((char)('a' + (batch % 26)), 3000), "second");
        using var reader = store.OpenReader("orders", 0, 0);
        for (var offset = 399; offset >= 0; offset--)
        {
            reader.Seek(offset);
            Assert.True(reader.TryRead(out var batch));
            var records = batch.GetEnumerator();
            Assert.True(records.MoveNext());
            Assert.Equal(offset, records.Current.Offset);
        }
    }

    [Fact]
    public async Task Reads_records_larger_than_the_buffer()
    {
        using var store = await OpenAsync();
        var large = new string('x', 3 << 20);
        await store.AppendAsync("orders", 0, "before", large, "after");
        Assert.Equal(["before", large, "after"], store.Values("orders", 0));
    }

    [Fact]
    public async Task Refuses_to_read_what_a_partition_does_not_hold()
    {
        using var store = await OpenAsync();
        await store.AppendAsync("orders", 0, "a", "b");
        var error = Assert.Throws<OffsetOutOfRangeException>(() => store.OpenReader("orders", 0, 3));
        Assert.Equal((3, 0, 2), (error.Offset, error.StartOffset, error.EndOffset));
        Assert.Throws<OffsetOutOfRangeException>(() => store.OpenReader("orders", 0, -1));
    }

    [Fact]
    public async Task Wakes_readers_that_wait_at_the_end()
    {
        using var store = await OpenAsync();
        using var first = store.OpenReader("orders", 0, 0);
        using var second = store.OpenReader("orders", 0, 0);
        var waiting = (first.WaitToReadAsync().AsTask(), second.WaitToReadAsync().AsTask());
        Assert.False(waiting.Item1.IsCompleted || waiting.Item2.IsCompleted);
        await store.AppendAsync("orders", 0, "a");
        Assert.True(await waiting.Item1 && await waiting.Item2);
        Assert.Equal("a", Assert.Single(first.Rows()).Value);
        Assert.Equal("a", Assert.Single(second.Rows()).Value);
    }

    [Fact]
    public async Task Tells_waiting_readers_that_it_closes()
    {
        var store = await OpenAsync();
        using var reader = store.OpenReader("orders", 0, 0);
        await store.AppendAsync("orders", 0, "a");
        var atEnd = store.OpenReader("orders", 0, 1);
        var waiting = atEnd.WaitToReadAsync();
        store.Dispose();
        Assert.False(await waiting);
        Assert.Equal("a", Assert.Single(reader.Rows()).Value);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.AppendAsync("orders", 0, "b"));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        using var store = await OpenAsync();
        using var reader = store.OpenReader("orders", 0, 0);
        using var cancel = new CancellationTokenSource();
        var waiting = reader.WaitToReadAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
    }

    [Fact]
    public async Task Waiters_go_on_where_their_own_scheduler_says_and_nowhere_else()
    {
        using var store = LogStore.Open(_directory["inline"], Options with { CommitScheduler = new InlineTaskScheduler() });
        await store.CreateTopicAsync("orders", 1);
        using var reader = store.OpenReader("orders", 0, 0);
        using var cancel = new CancellationTokenSource();
        var scheduler = new InlineTaskScheduler { Holds = true };
        var wait = Task.Factory.StartNew(
            async () => await reader.WaitToReadAsync(cancel.Token), cancel.Token, TaskCreationOptions.None, scheduler);
        scheduler.RunHeld();
        await store.AppendAsync("orders", 0, "a");
        Assert.False((await wait).IsCompleted);
        scheduler.RunHeld();
        Assert.True((await wait).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Trims_what_is_below_an_offset()
    {
        using var store = await OpenAsync();
        for (var batch = 0; batch < 100; batch++) await store.AppendAsync("orders", 0, new string('x', 2000), "second");
        using var slow = store.OpenReader("orders", 0, 0);
        await store.TrimAsync("orders", 0, 151);
        Assert.Equal((151, 200), (store.GetTopic("orders").StartOffset(0), store.GetTopic("orders").EndOffset(0)));
        Assert.Equal(151, store.Rows("orders", 0)[0].Offset);
        Assert.Throws<OffsetOutOfRangeException>(() => slow.TryRead(out _));
        Assert.Throws<OffsetOutOfRangeException>(() => store.OpenReader("orders", 0, 150));
        await store.TrimAsync("orders", 0, 20);
        Assert.Equal(151, store.GetTopic("orders").StartOffset(0));
        await Assert.ThrowsAsync<OffsetOutOfRangeException>(async () => await store.TrimAsync("orders", 0, 201));
        Assert.Equal(200, await store.AppendAsync("orders", 0, "after"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public async Task Refuses_names_that_a_file_system_may_take_amiss(string name)
    {
        using var store = await OpenAsync();
        await Assert.ThrowsAsync<LogException>(async () => await store.CreateTopicAsync(name, 1));
    }

    [Fact]
    public async Task Takes_the_longest_name()
    {
        using var store = await OpenAsync();
        await store.CreateTopicAsync(new string('n', 249), 1);
        await Assert.ThrowsAsync<LogException>(async () => await store.CreateTopicAsync(new string('n', 250), 1));
    }

    [Fact]
    public async Task Creates_a_topic_once()
    {
        using var store = await OpenAsync();
        var topic = store.GetTopic("orders");
        Assert.Same(topic, await store.CreateTopicAsync("orders", 2));
        await Assert.ThrowsAsync<LogException>(async () => await store.CreateTopicAsync("orders", 3));
        await Assert.ThrowsAsync<LogException>(async () => await store.CreateTopicAsync("Orders", 2));
        Assert.Contains("'orders'", Assert.Throws<LogException>(() => store.GetTopic("other")).Message, StringComparison.Ordinal);
        Assert.False(store.TryGetTopic("other", out _));
        Assert.Equal([topic], store.Topics);
    }

    [Fact]
    public async Task Refuses_a_topic_of_another_log()
    {
        using var store = await OpenAsync();
        using var other = LogStore.Open("elsewhere", new() { Durability = Durability.Memory });
        var foreign = await other.CreateTopicAsync("orders", 1);
        var commit = new LogCommit();
        commit.Add(foreign, 0, Records.Buffer("a"));
        await Assert.ThrowsAsync<LogException>(async () => await store.CommitAsync(commit));
        Assert.Throws<LogException>(() => new LogCommit().Add(foreign, 1, new RecordBuffer()));
    }

    [Fact]
    public void Commits_on_the_callers_thread_when_the_scheduler_does()
    {
        using var store = LogStore.Open(_directory["inline"], Options with { CommitScheduler = new InlineTaskScheduler() });
        Assert.True(store.CreateTopicAsync("orders", 1).AsTask().IsCompletedSuccessfully);
        var commit = new LogCommit();
        commit.Add(store.GetTopic("orders"), 0, Records.Buffer("a"));
        Assert.True(store.CommitAsync(commit).AsTask().IsCompletedSuccessfully);
        Assert.Equal(["a"], store.Values("orders", 0));
    }

    [Fact]
    public async Task Shows_readers_nothing_before_the_commit_is_done()
    {
        var scheduler = new InlineTaskScheduler { Holds = true };
        using var store = LogStore.Open(_directory["held"], Options with { CommitScheduler = scheduler });
        var creating = store.CreateTopicAsync("orders", 2);
        scheduler.RunHeld();
        var topic = await creating;
        var commits = new[] { new LogCommit(), new LogCommit() };
        commits[0].Add(topic, 0, Records.Buffer("a"));
        commits[1].Add(topic, 0, Records.Buffer("b"));
        commits[1].Add(topic, 1, Records.Buffer("c"));
        var done = commits.Select(commit => store.CommitAsync(commit).AsTask()).ToList();
        Assert.Equal((0, 0), (topic.EndOffset(0), topic.EndOffset(1)));
        scheduler.RunHeld();
        await Task.WhenAll(done);
        Assert.Equal(["a", "b"], store.Values("orders", 0));
        Assert.Equal(["c"], store.Values("orders", 1));
    }

    [Fact]
    public void Agrees_with_a_plain_model_on_any_history()
        => Gen.Select(Gen.Int[0, 2], Gen.Int[1, 20], Gen.Int[0, 20_000], Gen.Int[0, 9])
            .Array[1, 40].Sample(steps => AgreesWithModel(steps), iter: 30, threads: 1);

    private protected async Task<LogStore> OpenAsync()
    {
        var store = LogStore.Open(_directory["log"], Options);
        await store.CreateTopicAsync("orders", 2);
        return store;
    }

    /// <summary>Appends, trims and, where it lasts, reopens; then compares offsets and records.</summary>
    private bool AgreesWithModel((int Partition, int Records, int Bytes, int Kind)[] steps)
    {
        var path = _directory[Guid.NewGuid().ToString("n")];
        var options = Options with { CommitScheduler = new InlineTaskScheduler() };
        var store = LogStore.Open(path, options);
        store.CreateTopicAsync("model", 3).AsTask().Wait();
        List<string?>[] model = [[], [], []];
        var starts = new long[3];
        foreach (var (partition, records, bytes, kind) in steps)
        {
            if (kind == 0)
            {
                starts[partition] = Math.Max(starts[partition], model[partition].Count / 2);
                store.TrimAsync("model", partition, starts[partition]).AsTask().Wait();
            }
            else if (kind == 1 && Durability != Durability.Memory)
            {
                store.Dispose();
                store = LogStore.Open(path, options);
            }
            else
            {
                var values = Enumerable.Range(0, records).Select(index => new string((char)('a' + index), 1 + (bytes / records))).ToArray();
                if (store.AppendAsync("model", partition, values).Result != model[partition].Count) return false;
                model[partition].AddRange(values);
            }
        }
        var agrees = Enumerable.Range(0, 3).All(partition
            => store.GetTopic("model").StartOffset(partition) == starts[partition]
                && store.Values("model", partition).SequenceEqual(model[partition].Skip((int)starts[partition])));
        store.Dispose();
        return agrees;
    }
}

public class PowerLossLogTests : LogStoreContract
{
    private protected override Durability Durability => Durability.PowerLoss;
}

public class ProcessCrashLogTests : LogStoreContract
{
    private protected override Durability Durability => Durability.ProcessCrash;
}

public class MemoryLogTests : LogStoreContract
{
    private protected override Durability Durability => Durability.Memory;
}
