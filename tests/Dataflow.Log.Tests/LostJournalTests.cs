using Dataflow.Testing;

namespace Dataflow.Log.Tests;

/// <summary>The journal lost something: nothing that segments hold beyond it may vanish without a word.</summary>
public sealed class LostJournalTests : IDisposable
{
    private static readonly LogOptions Small =
        new() { SegmentBytes = 64 << 10, JournalFileBytes = 64 << 10, CommitScheduler = new InlineTaskScheduler() };

    private readonly TemporaryFolder _directory = new();

    private string Log => _directory["log"];

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, Action<string>> Losses => new()
    {
        { "removed", File.Delete },
        { "emptied", path => File.WriteAllBytes(path, []) },
        { "cut to half a sector", path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..256]) },
        { "cut to its header", path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..512]) },
        { "zeroed", path => File.WriteAllBytes(path, new byte[new FileInfo(path).Length]) },
    };

    [Theory, MemberData(nameof(Losses))]
    public async Task Refuses_a_log_whose_newest_journal_file_was_lost_and_opens_it_with_the_file_restored(string how, Action<string> lose)
    {
        Assert.NotNull(how);
        foreach (var offsetsOnly in (bool[])[false, true])
        {
            var copy = await DeadLogAsync(offsetsOnly);
            var newest = Journals(copy)[^1];
            var bytes = File.ReadAllBytes(newest);
            lose(newest);
            var before = Contents(copy);

            Assert.Equal(newest, Assert.Throws<CorruptLogException>(() => LogStore.Open(copy, Small)).File);

            Assert.Equal(before, Contents(copy));
            File.WriteAllBytes(newest, bytes);
            using var restored = LogStore.Open(copy, Small);
            Assert.Equal((175, 174), (restored.GetTopic("orders").EndOffset(0), restored.GetGroupOffset("group", "orders", 0)));
        }
    }

    [Fact]
    public async Task Refuses_a_journal_that_is_an_older_copy_than_the_segments()
    {
        using var store = LogStore.Open(Log, Small);
        await store.CreateTopicAsync("orders", 1);
        await store.AppendAsync("orders", 0, "old");
        var old = _directory.CopyOf(Log);
        for (var commit = 0; commit < 3; commit++) await store.AppendAsync("orders", 0, "new");
        var copy = _directory.CopyOf(Log);
        Directory.Delete(Path.Combine(copy, "journal"), recursive: true);
        Directory.Move(Path.Combine(old, "journal"), Path.Combine(copy, "journal"));

        var error = Assert.Throws<CorruptLogException>(() => LogStore.Open(copy, Small));

        Assert.Equal(("orders", 0, 2L), (error.Topic, error.Partition, error.Offset));
    }

    [Fact]
    public async Task Whatever_part_of_the_journal_is_zeroed_no_acknowledged_record_goes_without_an_error_or_a_cut_that_names_it()
    {
        var copy = await DeadLogAsync(offsetsOnly: false);
        var journal = Journals(copy)[^1];
        var bytes = File.ReadAllBytes(journal);
        var used = (Array.FindLastIndex(bytes, value => value != 0) / 512) + 1;
        var opened = 0;
        for (var from = 0; from < used; from++)
        {
            foreach (var to in (int[])[from + 1, from + 10, used])
            {
                var damaged = bytes.ToArray();
                damaged.AsSpan(from * 512, Math.Min(to, used) * 512 - (from * 512)).Clear();
                var trial = _directory.CopyOf(copy);
                File.WriteAllBytes(Journals(trial)[^1], damaged);
                try
                {
                    using var store = LogStore.Open(trial, Small);
                    opened++;
                    Assert.Equal(175, store.GetTopic("orders").EndOffset(0) + store.Recovery.Cuts.Sum(cut => cut.Records));
                    Assert.InRange(store.GetTopic("orders").EndOffset(0), 174, 175);
                }
                catch (CorruptLogException)
                {
                }
                Directory.Delete(trial, recursive: true);
            }
        }
        Assert.InRange(opened, 1, 6); // the last entry alone, and the zeros behind it, cannot be told from a torn end
    }

    [Fact]
    public async Task Takes_a_torn_entry_behind_a_damaged_one_for_proof_of_the_damage()
    {
        using var store = LogStore.Open(Log, Small);
        await store.CreateTopicAsync("orders", 1);
        var empty = File.ReadAllBytes(Journals(Log)[0]);
        await store.AppendAsync("orders", 0, "acknowledged");
        await store.AppendAsync("orders", 0, new string('x', 3000));
        var copy = _directory.CopyOf(Log);
        foreach (var segment in Directory.GetFiles(Path.Combine(copy, "topics"), "*.log", SearchOption.AllDirectories)) File.Delete(
            segment);
        var journal = Journals(copy)[0];
        var bytes = File.ReadAllBytes(journal);
        var entry = empty.AsSpan().CommonPrefixLength(bytes) / 512 * 512;
        bytes[entry + 60] ^= 1;
        bytes.AsSpan(entry + 1024).Clear(); // of the second entry's sectors only the first is left
        File.WriteAllBytes(journal, bytes);

        Assert.Equal(
            (journal, entry),
            Assert.Throws<CorruptLogException>(() => LogStore.Open(copy, Small)) is var error
            ? (error.File, (int)error.Position) : default);
    }

    [Fact]
    public async Task Names_the_commit_under_way_that_it_cuts()
    {
        using (var store = LogStore.Open(Log, Small))
        {
            Assert.Empty(store.Recovery.Cuts);
            await store.CreateTopicAsync("orders", 1);
            await store.AppendAsync("orders", 0, "kept");
        }
        var segment = Path.Combine(Log, "topics", "orders-0", "00000000000000000000.log");
        var length = new FileInfo(segment).Length;
        await File.AppendAllTextAsync(segment, "half a batch", TestContext.Current.CancellationToken);

        using var reopened = LogStore.Open(Log, Small);

        Assert.Equal([new RecoveryCut(segment, length, 12) { Topic = "orders", Partition = 0, Offset = 1 }], reopened.Recovery.Cuts);
        Assert.Equal(
            $"Opened from journal file 2, replayed 0 entries, cut 1 places.\nTopic 'orders', partition 0, offset 1, file '{segment}', byte "
                + $"{length}: "
            + "12 bytes with 0 intact records that the journal does not know.",
            reopened.Recovery.ToString());
    }

    [Fact]
    public async Task Refuses_segments_of_a_topic_that_the_journal_does_not_know()
    {
        using (var store = LogStore.Open(Log, Small)) await store.CreateTopicAsync("orders", 1);
        var foreign = Path.Combine(Log, "topics", "others-0");
        Directory.CreateDirectory(foreign);
        LogStore.Open(Log, Small).Dispose();
        await File.WriteAllBytesAsync(
            Path.Combine(foreign, "00000000000000000000.log"), new byte[100], TestContext.Current.CancellationToken);

        Assert.Equal(foreign, Assert.Throws<CorruptLogException>(() => LogStore.Open(Log, Small)).File);

        Directory.Move(foreign, _directory["moved away"]);
        LogStore.Open(Log, Small).Dispose();
    }

    [Fact]
    public async Task Leaves_files_alone_whose_names_are_not_its_own()
    {
        using (var store = LogStore.Open(Log, Small))
        {
            await store.CreateTopicAsync("orders", 1);
            await store.AppendAsync("orders", 0, "a");
        }
        string[] own =
        [
            "topics/orders-0/backup.log", "topics/orders-0/1.log", "topics/orders-0/00000000000000000000.log.bak",
            "topics/orders-0/-0000000000000000001.log",
            "topics/notes.txt", "topics/mine/00000000000000000000.log", "topics/file-0", "journal/1.journal", "journal/readme",
            "journal/x0000000000000000001.journal",
        ];
        foreach (var name in own)
        {
            var path = Path.Combine(Log, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "mine", TestContext.Current.CancellationToken);
        }

        for (var turn = 0; turn < 3; turn++)
        {
            using var reopened = LogStore.Open(Log, Small);
            Assert.Equal(turn, await reopened.AppendAsync("orders", 0, "b") - 1);
        }
        Assert.All(own, name => Assert.Equal("mine", File.ReadAllText(Path.Combine(Log, name))));
    }

    [Fact]
    public void Says_that_an_older_version_wrote_the_log()
    {
        LogStore.Open(Log, Small).Dispose();
        var header = new byte[20];
        "DFJF"u8.CopyTo(header);
        header[4] = 1;
        header[8] = 9;
        BitConverter.TryWriteBytes(header.AsSpan(16), Crc32C.Compute(header.AsSpan(0, 16)));
        var journal = Journals(Log)[^1];
        var path = Path.Combine(Path.GetDirectoryName(journal)!, "00000000000000000009.journal");
        var bytes = File.ReadAllBytes(journal);
        header.CopyTo(bytes, 0);
        new Journaling.JournalEntry(Journaling.EntryKind.Checkpoint, 1, 0, 4).Write(bytes.AsSpan(512), generation: 9);
        File.WriteAllBytes(path, bytes);
        Assert.Contains(
            "version of Dataflow that wrote it", Assert.Throws<LogException>(() => LogStore.Open(Log, Small)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>A log as a killed process leaves it: 175 acknowledged commits, the last ones in its second journal file or later.</summary>
    private async Task<string> DeadLogAsync(bool offsetsOnly)
    {
        var path = _directory[$"dead-{offsetsOnly}-{Guid.NewGuid():n}"];
        using var store = LogStore.Open(path, Small);
        var topic = await store.CreateTopicAsync("orders", 1);
        for (var number = 0; number < 175; number++)
        {
            if (offsetsOnly && number == 0) await store.AppendAsync("orders", 0, [.. Enumerable.Repeat("x", 175)]);
            var commit = new LogCommit();
            if (!offsetsOnly) commit.Add(topic, 0, Records.Buffer("x"));
            commit.SetGroupOffset("group", "orders", 0, number);
            await store.CommitAsync(commit);
        }
        Assert.Equal(2, Journals(path).Count);
        return _directory.CopyOf(path);
    }

    private static List<string> Journals(string log)
        => [.. Directory.GetFiles(Path.Combine(log, "journal"), "????????????????????.journal").Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Contents(string log)
        => Directory.GetFiles(log, "*", SearchOption.AllDirectories).Where(path => !path.Contains("lock", StringComparison.Ordinal))
            .ToDictionary(path => path, path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
