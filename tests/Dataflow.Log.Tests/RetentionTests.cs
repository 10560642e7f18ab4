using Dataflow.Testing;

namespace Dataflow.Log.Tests;

/// <summary>Topics keep what their settings say, on any durability, and let the rest go.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _directory = new();
    private readonly SimulatedClock _clock = new();

    private string Log => _directory["log"];

    private LogOptions Options => new() { JournalFileBytes = 64 << 10, CommitScheduler = new InlineTaskScheduler(), Time = _clock };

    public void Dispose() => _directory.Dispose();

    public static TheoryData<Durability> Durabilities => [Durability.PowerLoss, Durability.ProcessCrash, Durability.Memory];

    [Theory, MemberData(nameof(Durabilities))]
    public async Task Records_go_in_time_after_they_were_appended_whatever_their_own_timestamps_say(Durability durability)
    {
        using var store = LogStore.Open(Log, Options with { Durability = durability });
        var topic = await store.CreateTopicAsync("orders", 1, new TopicSettings { RetentionTime = 100 * Second });
        var appended = new Queue<DateTimeOffset>();
        for (var second = 0; second < 500; second++)
        {
            await store.AppendAsync("orders", 0, "timestamp 0");
            appended.Enqueue(_clock.GetUtcNow());
            _clock.Advance(Second);
            while (topic.EndOffset(0) - topic.StartOffset(0) < appended.Count)
                Assert.InRange((_clock.GetUtcNow() - appended.Dequeue()).TotalSeconds, 100, 112);
            Assert.InRange((_clock.GetUtcNow() - appended.Peek()).TotalSeconds, 0, 112);
        }
        _clock.Advance(101 * Second);
        Assert.Equal((500, 500), (topic.StartOffset(0), topic.EndOffset(0)));
        Assert.Equal(500, await store.AppendAsync("orders", 0, "goes on"));
        Assert.Equal(["goes on"], store.Values("orders", 0));
    }

    [Theory, MemberData(nameof(Durabilities))]
    public async Task Each_partition_keeps_at_least_the_bytes_it_should_and_not_many_more(Durability durability)
    {
        using var store = LogStore.Open(Log, Options with { Durability = durability });
        var topic = await store.CreateTopicAsync("orders", 2, new TopicSettings { RetentionBytes = 1 << 20 });
        for (var commit = 0; commit < 2000; commit++)
        {
            await store.AppendAsync("orders", 0, new string('x', 3000));
            var kept = (topic.EndOffset(0) - topic.StartOffset(0)) * 3068L;
            Assert.InRange(kept, Math.Min(1 << 20, 3068L * (commit + 1)), (1 << 20) * 10 / 8);
        }
        await store.AppendAsync("orders", 1, "small");
        Assert.Equal(0, topic.StartOffset(1));
        if (durability != Durability.Memory) Assert.InRange(SegmentBytes(), 1 << 20, (1 << 20) * 10 / 8);
    }

    [Fact]
    public async Task Settings_and_the_age_of_records_last_over_restarts_after_a_close_or_a_death()
    {
        foreach (var dies in (bool[])[false, true])
        {
            var path = _directory[$"log-{dies}"];
            var settings = new TopicSettings { RetentionTime = 100 * Second, RetentionBytes = 10 << 20, SegmentBytes = 128 << 10 };
            using (var store = LogStore.Open(path, Options))
            {
                await store.CreateTopicAsync("orders", 1, settings);
                await store.AppendAsync("orders", 0, "a");
                if (dies) path = _directory.CopyOf(path);
            }
            _clock.Advance(60 * Second);
            using var reopened = LogStore.Open(path, Options);
            Assert.Equal(settings, reopened.GetTopic("orders").Settings);
            _clock.Advance(30 * Second);
            Assert.Equal(0, reopened.GetTopic("orders").StartOffset(0));
            _clock.Advance(15 * Second);
            Assert.Equal(1, reopened.GetTopic("orders").StartOffset(0));
        }
    }

    [Fact]
    public async Task Settings_change_while_the_log_runs_and_readers_below_the_start_are_told_the_earliest_offset()
    {
        using var store = LogStore.Open(Log, Options with { SegmentBytes = 64 << 10 });
        var topic = await store.CreateTopicAsync("orders", 1);
        for (var commit = 0; commit < 200; commit++) await store.AppendAsync("orders", 0, new string('x', 3000));
        _clock.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(0, topic.StartOffset(0));
        using var reader = store.OpenReader("orders", 0, 0);
        Assert.True(reader.TryRead(out _));

        await store.ConfigureTopicAsync("orders", new TopicSettings { RetentionBytes = 200 << 10 });

        Assert.InRange(topic.StartOffset(0), 100, 140);
        var error = Assert.Throws<OffsetOutOfRangeException>(() => reader.TryRead(out _));
        Assert.Equal(topic.StartOffset(0), error.StartOffset);
        reader.Seek(error.StartOffset);
        Assert.Equal(200 - error.StartOffset, reader.Rows().Count);

        await store.ConfigureTopicAsync("orders", new TopicSettings { RetentionTime = Second });
        Assert.Equal(200, topic.StartOffset(0));
        Assert.Equal(0, SegmentBytes());
        await store.ConfigureTopicAsync("orders", new TopicSettings());
        await store.AppendAsync("orders", 0, "kept");
        _clock.Advance(TimeSpan.FromDays(1000)); // quick, as nothing looks at the clock any more
        Assert.Equal(["kept"], store.Values("orders", 0));
        using var copy = LogStore.Open(_directory.CopyOf(Log), Options);
        Assert.Equal(new TopicSettings(), copy.GetTopic("orders").Settings);
        Assert.Equal(["kept"], copy.Values("orders", 0));
    }

    [Fact]
    public async Task Readers_at_the_end_and_in_the_middle_go_on_while_retention_deletes_files_behind_them()
    {
        using var store = LogStore.Open(Log, Options);
        await store.CreateTopicAsync("orders", 1, new TopicSettings { RetentionTime = 100 * Second });
        using var reader = store.OpenReader("orders", 0, 0);
        var read = 0;
        for (var second = 0; second < 1000; second++)
        {
            await store.AppendAsync("orders", 0, $"{second}");
            _clock.Advance(Second);
            if (second % 7 == 0) foreach (var row in reader.Rows()) Assert.Equal($"{read++}", row.Value);
            if (second % 300 == 299)
            {
                foreach (var row in reader.Rows()) Assert.Equal($"{read++}", row.Value);
                _clock.Advance(200 * Second); // all goes, the file that the reader is in included
                Assert.Empty(reader.Rows());
            }
        }
    }

    [Fact]
    public async Task A_full_disk_keeps_retention_from_nothing_but_that_turn()
    {
        var files = new FaultyFileSystem(PhysicalFileSystem.Instance);
        using var store = LogStore.Open(Log, Options with { FileSystem = files });
        var topic = await store.CreateTopicAsync("orders", 1, new TopicSettings { RetentionTime = 10 * Second });
        while (topic.EndOffset(0) == 0
            || new FileInfo(Directory.GetFiles(Path.Combine(Log, "journal")).Order(StringComparer.Ordinal).First()).Length < 64 << 10)
            await store.AppendAsync("orders", 0, new string('x', 1000));
        files.FreeBytes = 0;
        _clock.Advance(20 * Second);
        files.FreeBytes = long.MaxValue;
        _clock.Advance(2 * Second);
        Assert.Equal(topic.EndOffset(0), topic.StartOffset(0));
        await store.AppendAsync("orders", 0, "goes on");
    }

    [Fact]
    public void Refuses_settings_that_make_no_sense()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicSettings { RetentionTime = TimeSpan.FromMilliseconds(999) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicSettings { RetentionBytes = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopicSettings { SegmentBytes = 1 });
    }

    [Fact]
    public async Task A_clean_reopen_syncs_no_partitions_directory()
    {
        var files = new FaultyFileSystem(PhysicalFileSystem.Instance);
        using (var store = LogStore.Open(Log, Options with { FileSystem = files }))
        {
            for (var topic = 0; topic < 50; topic++)
            {
                await store.CreateTopicAsync($"topic-{topic}", 1);
                await store.AppendAsync($"topic-{topic}", 0, "a");
            }
        }
        files.Synced.Clear();
        LogStore.Open(Log, Options with { FileSystem = files }).Dispose();
        Assert.InRange(files.Synced.Count, 1, 10);
        Assert.DoesNotContain(files.Synced, name => name.StartsWith("topic", StringComparison.Ordinal));
    }

    private long SegmentBytes()
        => Directory.GetFiles(Path.Combine(Log, "topics"), "*.log", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);
}
