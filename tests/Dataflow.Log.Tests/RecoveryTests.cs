using Dataflow.Testing;

namespace Dataflow.Log.Tests;

public class RecoveryTests : IDisposable
{
    private static readonly LogOptions Small =
        new() { SegmentBytes = 64 << 10, JournalFileBytes = 64 << 10, CommitScheduler = new InlineTaskScheduler() };

    private readonly TemporaryFolder _directory = new();

    private string Log => _directory["log"];

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(Durability.PowerLoss)]
    [InlineData(Durability.ProcessCrash)]
    public async Task Finds_everything_after_a_clean_close(Durability durability)
    {
        using (var store = Open(durability))
        {
            await WriteAsync(store);
        }
        using var reopened = Open(durability);
        AssertWritten(reopened);
    }

    [Theory]
    [InlineData(Durability.PowerLoss)]
    [InlineData(Durability.ProcessCrash)]
    public async Task Finds_everything_after_the_process_died(Durability durability)
    {
        using var store = Open(durability);
        await WriteAsync(store);
        using var reopened = LogStore.Open(_directory.CopyOf(Log), Small with { Durability = durability });
        AssertWritten(reopened);
        Assert.Equal(4, await reopened.AppendAsync("orders", 0, "goes on"));
    }

    [Fact]
    public async Task Finds_what_only_the_journal_holds()
    {
        using var store = Open();
        await WriteAsync(store);
        var copy = _directory.CopyOf(Log);
        foreach (var segment in Segments(copy)) File.Delete(segment);
        using var reopened = LogStore.Open(copy, Small);
        AssertWritten(reopened);
    }

    [Fact]
    public async Task Cuts_what_a_segment_has_beyond_the_last_commit()
    {
        using var store = Open();
        await WriteAsync(store);
        var copy = _directory.CopyOf(Log);
        foreach (var segment in Segments(copy)) File.AppendAllText(segment, "half a batch that never was committed");
        File.WriteAllText(Path.Combine(copy, "topics", "orders-0", "00000000000000000099.log"), "a segment that never was committed");
        using var reopened = LogStore.Open(copy, Small);
        AssertWritten(reopened);
        Assert.Equal(4, await reopened.AppendAsync("orders", 0, "goes on"));
        Assert.Equal("goes on", reopened.Values("orders", 0)[^1]);
    }

    [Fact]
    public async Task Cuts_a_torn_end_wherever_it_is_torn()
    {
        using var store = Open();
        await store.CreateTopicAsync("orders", 1);
        await store.AppendAsync("orders", 0, "first");
        var before = _directory.CopyOf(Log);
        await store.AppendAsync("orders", 0, "second");
        var after = _directory.CopyOf(Log);
        var (old, full) = (File.ReadAllBytes(Journal(before)), File.ReadAllBytes(Journal(after)));
        var begin = old.AsSpan().CommonPrefixLength(full);
        for (var torn = begin; torn < begin + 250; torn += 7)
        {
            var copy = _directory.CopyOf(after);
            File.WriteAllBytes(Journal(copy), [.. full[..torn], .. old[torn..]]);
            using var reopened = LogStore.Open(copy, Small);
            Assert.Equal(torn < begin + JournalEntryBytes(full, begin) ? ["first"] : ["first", "second"], reopened.Values("orders", 0));
            Assert.Equal(reopened.GetTopic("orders").EndOffset(0), await reopened.AppendAsync("orders", 0, "third"));
        }
    }

    [Fact]
    public async Task Refuses_a_journal_that_is_damaged_before_its_end()
    {
        using var store = Open();
        await store.CreateTopicAsync("orders", 1);
        var empty = File.ReadAllBytes(Journal(_directory.CopyOf(Log)));
        await store.AppendAsync("orders", 0, "first");
        await store.AppendAsync("orders", 0, "second");
        var copy = _directory.CopyOf(Log);
        var bytes = File.ReadAllBytes(Journal(copy));
        var entry = empty.AsSpan().CommonPrefixLength(bytes);
        foreach (var flipped in Enumerable.Range(0, 140).Select(index => entry + index))
        {
            var damaged = bytes.ToArray();
            damaged[flipped] ^= 0x10;
            File.WriteAllBytes(Journal(copy), damaged);
            var error = Assert.Throws<CorruptLogException>(() => LogStore.Open(copy, Small));
            Assert.Equal((Journal(copy), entry / 512 * 512), (error.File, error.Position));
            Assert.Null(error.Topic);
        }
        File.WriteAllBytes(Journal(copy), bytes);
        using var repaired = LogStore.Open(copy, Small);
        Assert.Equal(["first", "second"], repaired.Values("orders", 0));
    }

    [Fact]
    public async Task Refuses_a_journal_whose_checkpoint_is_damaged()
    {
        using var store = Open();
        await WriteAsync(store);
        var copy = _directory.CopyOf(Log);
        Flip(Journal(copy), 512 + 44);
        Assert.Equal(512, Assert.Throws<CorruptLogException>(() => LogStore.Open(copy, Small)).Position);
    }

    [Fact]
    public async Task Refuses_topics_without_a_journal()
    {
        using (var store = Open()) await WriteAsync(store);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Log, "journal"))) File.Delete(file);
        Assert.Throws<CorruptLogException>(() => Open());
    }

    [Fact]
    public async Task Refuses_a_missing_segment()
    {
        using (var store = Open()) await WriteAsync(store);
        var segment = Segments(Log)[0];
        File.Delete(segment);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = Assert.Throws<CorruptLogException>(() => Open());
            Assert.Equal((segment, "orders", 0), (error.File, error.Topic, error.Position));
        }
    }

    [Fact]
    public async Task Refuses_a_segment_that_is_too_short()
    {
        using (var store = Open()) await WriteAsync(store);
        var segment = Segments(Log)[0];
        using (var file = File.OpenHandle(segment, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.SetLength(
            file, RandomAccess.GetLength(file) - 1);
        var error = Assert.Throws<CorruptLogException>(() => Open());
        Assert.Equal((segment, new FileInfo(segment).Length), (error.File, error.Position));
    }

    [Fact]
    public async Task Finds_damage_when_it_is_read_and_serves_the_other_partitions()
    {
        using (var store = Open()) await WriteAsync(store);
        var segment = Path.Combine(Log, "topics", "orders-0", "00000000000000000000.log");
        Flip(segment, new FileInfo(segment).Length - 3);
        using var reopened = Open();
        using var reader = reopened.OpenReader("orders", 0, 0);
        Assert.True(reader.TryRead(out _) && reader.TryRead(out _));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = Assert.Throws<CorruptLogException>(() => reader.TryRead(out _));
            Assert.Equal((segment, "orders", 0, 3L), (error.File, error.Topic, error.Partition, error.Offset));
        }
        Assert.Equal(["c", "d"], reopened.Values("orders", 1));
        await reopened.TrimAsync("orders", 0, 4);
        Assert.Empty(reopened.Values("orders", 0));
    }

    [Fact]
    public async Task Records_behind_a_damaged_batch_are_read_by_who_begins_there_or_has_trimmed_it_away()
    {
        using (var store = Open())
        {
            await store.CreateTopicAsync("orders", 1);
            for (var number = 0; number < 5; number++) await store.AppendAsync("orders", 0, $"{number}");
        }
        var segment = Assert.Single(Segments(Log));
        Flip(segment, (new FileInfo(segment).Length / 5 * 3) - 2);
        using var reopened = Open();
        Assert.Equal(2, Assert.Throws<CorruptLogException>(() => reopened.Values("orders", 0)).Offset);
        Assert.Equal(["3", "4"], reopened.Values("orders", 0, from: 3));
        await reopened.TrimAsync("orders", 0, 3);
        Assert.Equal(["3", "4"], reopened.Values("orders", 0));
    }

    [Fact]
    public async Task Says_so_when_a_segment_goes_missing_while_the_log_is_open()
    {
        using (var store = Open()) await WriteAsync(store);
        using var reopened = Open();
        foreach (var segment in Segments(Log)) File.Delete(segment);
        Assert.Equal("orders", Assert.Throws<CorruptLogException>(() => reopened.Values("orders", 1)).Topic);
    }

    [Fact]
    public async Task Checks_large_appends_that_the_journal_only_names()
    {
        using var store = Open();
        await store.CreateTopicAsync("orders", 1);
        var large = Enumerable.Range(0, 40).Select(index => new string((char)('a' + (index % 26)), 40_000)).ToArray();
        await store.AppendAsync("orders", 0, large);
        var copy = _directory.CopyOf(Log);
        using (var reopened = LogStore.Open(copy, Small)) Assert.Equal(large, reopened.Values("orders", 0));
        var damaged = _directory.CopyOf(Log);
        var segment = Segments(damaged)[0];
        Flip(segment, 10_000);
        var error = Assert.Throws<CorruptLogException>(() => LogStore.Open(damaged, Small));
        Assert.Equal((segment, "orders", 0L), (error.File, error.Topic, error.Offset));
    }

    [Fact]
    public async Task Recycles_two_journal_files_for_ever()
    {
        using var store = Open();
        await store.CreateTopicAsync("orders", 1);
        var generations = new HashSet<string>();
        for (var batch = 0; batch < 400; batch++)
        {
            await store.AppendAsync("orders", 0, new string('x', 1000));
            if (batch % 50 != 0) continue;
            generations.Add(Path.GetFileName(Journal(Log)));
            Assert.InRange(Directory.GetFiles(Path.Combine(Log, "journal")).Length, 1, 2);
            using var copy = LogStore.Open(_directory.CopyOf(Log), Small);
            Assert.Equal(batch + 1, copy.GetTopic("orders").EndOffset(0));
        }
        Assert.True(generations.Count > 3);
        Assert.All(Directory.GetFiles(Path.Combine(Log, "journal")), file => Assert.InRange(new FileInfo(file).Length, 1, 64 << 10));
    }

    [Fact]
    public async Task Keeps_trims()
    {
        using var store = Open();
        await store.CreateTopicAsync("orders", 1);
        for (var batch = 0; batch < 100; batch++) await store.AppendAsync("orders", 0, new string('x', 3000));
        Assert.Equal(5, Segments(Log).Count);
        await store.TrimAsync("orders", 0, 70);
        Assert.Equal(2, Segments(Log).Count);
        using var reopened = LogStore.Open(_directory.CopyOf(Log), Small);
        Assert.Equal((70, 100), (reopened.GetTopic("orders").StartOffset(0), reopened.GetTopic("orders").EndOffset(0)));
        Assert.Equal(30, reopened.Values("orders", 0).Count);
    }

    private LogStore Open(Durability durability = Durability.PowerLoss) => LogStore.Open(Log, Small with { Durability = durability });

    private static async Task WriteAsync(LogStore store)
    {
        var topic = await store.CreateTopicAsync("orders", 2);
        await store.CreateTopicAsync("empty", 3);
        await store.AppendAsync("orders", 0, "a", "b");
        await store.AppendAsync("orders", 0, "e");
        var commit = new LogCommit();
        commit.Add(topic, 0, Records.Buffer("f"));
        commit.Add(topic, 1, Records.Buffer("c", "d"));
        commit.SetGroupOffset("group", "orders", 1, 2);
        await store.CommitAsync(commit);
    }

    private static void AssertWritten(LogStore store)
    {
        Assert.Equal(["a", "b", "e", "f"], store.Values("orders", 0));
        Assert.Equal(["c", "d"], store.Values("orders", 1));
        Assert.Equal(2, store.GetGroupOffset("group", "orders", 1));
        Assert.Equal(3, store.GetTopic("empty").PartitionCount);
    }

    /// <summary>The journal file that is written to: the oldest, as the newest is the spare.</summary>
    private static string Journal(string log) => Directory.GetFiles(Path.Combine(log, "journal")).Order(StringComparer.Ordinal).First();

    private static List<string> Segments(string log)
        => [.. Directory.GetFiles(Path.Combine(log, "topics"), "*.log", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static int JournalEntryBytes(byte[] journal, int begin)
        => Journaling.JournalEntry.FrameBytes + BitConverter.ToInt32(journal, begin + 4);

    private static void Flip(string path, long position)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[position] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
