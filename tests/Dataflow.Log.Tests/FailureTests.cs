using System.Diagnostics;
using Dataflow.Testing;

namespace Dataflow.Log.Tests;

public class FailureTests : IDisposable
{
    private readonly TemporaryFolder _directory = new();
    private readonly FaultyFileSystem _files = new(PhysicalFileSystem.Instance);

    private string Log => _directory["log"];

    private LogOptions Options
        => new() { SegmentBytes = 64 << 10, JournalFileBytes = 64 << 10, FileSystem = _files, CommitScheduler = new InlineTaskScheduler() };

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_full_disk_refuses_commits_whole_and_goes_on_when_there_is_room()
    {
        for (var free = 0; free < 200_000; free += 6037)
        {
            var path = _directory[$"full-{free}"];
            using (var store = LogStore.Open(path, Options))
            {
                var topic = await store.CreateTopicAsync("orders", 2);
                await store.AppendAsync("orders", 0, "before");
                _files.FreeBytes = free;
                var commit = new LogCommit();
                var appended = commit.Add(topic, 0, Records.Buffer(Enumerable.Range(0, 20).Select(_ => new string('x', 5000))));
                commit.Add(topic, 1, Records.Buffer(new string('y', 60_000)));
                if (!await TryCommitAsync(store, commit))
                {
                    Assert.Equal(["before"], store.Values("orders", 0));
                    Assert.Empty(store.Values("orders", 1));
                    _files.FreeBytes = long.MaxValue;
                    await store.CommitAsync(commit);
                }
                _files.FreeBytes = long.MaxValue;
                Assert.Equal(1, appended.BaseOffset);
                Assert.Equal(21, await store.AppendAsync("orders", 0, "after"));
            }
            using var reopened = LogStore.Open(path, Options);
            Assert.Equal(22, reopened.Values("orders", 0).Count);
            Assert.Single(reopened.Values("orders", 1));
        }
    }

    [Fact]
    public async Task A_failed_sync_is_the_end_of_the_store_but_not_of_what_was_acknowledged()
    {
        using (var store = LogStore.Open(Log, Options))
        {
            await store.CreateTopicAsync("orders", 1);
            await store.AppendAsync("orders", 0, "acknowledged");
            using var atEnd = store.OpenReader("orders", 0, 1);
            var waiting = atEnd.WaitToReadAsync();
            _files.FailSync = _ => true;
            var error = await Assert.ThrowsAsync<LogFailedException>(async () => await store.AppendAsync("orders", 0, "lost"));
            Assert.IsType<IOException>(error.InnerException);
            await Assert.ThrowsAsync<LogFailedException>(async () => await waiting);
            _files.FailSync = _ => false;
            await Assert.ThrowsAsync<LogFailedException>(async () => await store.AppendAsync("orders", 0, "refused"));
            await Assert.ThrowsAsync<LogFailedException>(async () => await store.CreateTopicAsync("other", 1));
            Assert.Equal(["acknowledged"], store.Values("orders", 0));
        }
        using var reopened = LogStore.Open(Log, Options);
        Assert.Equal("acknowledged", reopened.Values("orders", 0)[0]);
        Assert.DoesNotContain("refused", reopened.Values("orders", 0));
    }

    [Fact]
    public async Task A_failed_write_is_the_end_of_the_store()
    {
        using var store = LogStore.Open(Log, Options);
        await store.CreateTopicAsync("orders", 1);
        _files.FailWrite = path => path.EndsWith(".log", StringComparison.Ordinal);
        await Assert.ThrowsAsync<LogFailedException>(async () => await store.AppendAsync("orders", 0, "lost"));
        _files.FailWrite = _ => false;
        await Assert.ThrowsAsync<LogFailedException>(async () => await store.AppendAsync("orders", 0, "refused"));
    }

    [Fact]
    public void A_failed_sync_while_opening_is_reported_and_leaves_the_directory_free()
    {
        _files.FailSync = _ => true;
        Assert.Throws<LogFailedException>(() => LogStore.Open(Log, Options));
        _files.FailSync = _ => false;
        LogStore.Open(Log, Options).Dispose();
    }

    [Fact]
    public void A_full_disk_while_opening_is_reported_and_leaves_the_directory_free()
    {
        for (_files.FreeBytes = 0; _files.FreeBytes < 64 << 10; _files.FreeBytes = _files.FreeBytes + 8000)
        {
            var free = _files.FreeBytes;
            Assert.True(Assert.Throws<LogFullException>(() => LogStore.Open(_directory[$"full-{free}"], Options)).IsTransient);
            _files.FreeBytes = long.MaxValue;
            LogStore.Open(_directory[$"full-{free}"], Options).Dispose();
            _files.FreeBytes = free;
        }
    }

    [Fact]
    public async Task A_log_on_a_full_disk_opens_and_can_be_read_and_trimmed()
    {
        using (var store = LogStore.Open(Log, Options))
        {
            await store.CreateTopicAsync("orders", 1);
            for (var batch = 0; batch < 100; batch++) await store.AppendAsync("orders", 0, new string('x', 3000));
        }
        _files.FreeBytes = 0;
        using var reopened = LogStore.Open(Log, Options);
        await Assert.ThrowsAsync<LogFullException>(async () => await reopened.AppendAsync("orders", 0, new string('x', 60_000)));
        Assert.Equal(100, reopened.Values("orders", 0).Count);
        await reopened.TrimAsync("orders", 0, 90);
        Assert.Equal(10, reopened.Values("orders", 0).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_of_a_deleted_topic_that_cannot_be_deleted_go_with_the_next_checkpoint_or_opening(bool hasCheckpoint)
    {
        using (var store = LogStore.Open(Log, Options))
        {
            await store.CreateTopicAsync("orders", 2);
            await store.CreateTopicAsync("other", 1);
            await store.AppendAsync("orders", 0, "a");
            await store.AppendAsync("orders", 1, "b");
            _files.FailDelete = path => path.Contains("orders-1", StringComparison.Ordinal)
                ? hasCheckpoint ? new IOException("Input/output error", 5) : new UnauthorizedAccessException("Permission denied") : null;

            await store.DeleteTopicAsync("orders");
            await store.AppendAsync("other", 0, "goes on");

            Assert.Equal((false, true), (Directory.Exists(Path.Combine(Log, "topics/orders-0")), HasLeft()));
            if (hasCheckpoint)
            {
                _files.FailDelete = _ => null;
                await store.CreateTopicAsync("orders", 1); // a checkpoint parts it from the other
                Assert.False(HasLeft());
            }
        }
        _files.FailDelete = _ => null;
        using var reopened = LogStore.Open(Log, Options);
        Assert.False(HasLeft());
        Assert.Equal(["goes on"], reopened.Values("other", 0));
        Assert.Equal(hasCheckpoint, reopened.TryGetTopic("orders", out _));

        bool HasLeft() => Directory.Exists(Path.Combine(Log, "topics/orders-1"));
    }

    [Fact]
    public async Task An_offset_in_a_partition_that_a_topic_created_anew_does_not_have_is_refused()
    {
        var scheduler = new InlineTaskScheduler();
        using var store = LogStore.Open(Log, Options with { CommitScheduler = scheduler });
        await store.CreateTopicAsync("orders", 3);
        var commit = new LogCommit();
        commit.SetGroupOffset("group", "orders", 2, 0);
        scheduler.Holds = true;
        var deleted = store.DeleteTopicAsync("orders").AsTask();
        var created = store.CreateTopicAsync("orders", 1).AsTask();
        var committed = store.CommitAsync(commit).AsTask();

        scheduler.RunHeld();

        await deleted;
        await created;
        await Assert.ThrowsAsync<LogException>(() => committed);
        Assert.Empty(store.GroupOffsets);
    }

    [Fact]
    public async Task Every_commit_syncs_the_journal_and_nothing_else()
    {
        using var store = LogStore.Open(Log, Options with { JournalFileBytes = 1 << 20 });
        await store.CreateTopicAsync("orders", 1);
        _files.Synced.Clear();
        for (var commit = 0; commit < 5; commit++) await store.AppendAsync("orders", 0, "value");
        Assert.Equal(5, _files.Synced.Count);
        Assert.All(_files.Synced, name => Assert.EndsWith(".journal", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_for_process_crashes_syncs_nothing()
    {
        using (var store = LogStore.Open(Log, Options with { Durability = Durability.ProcessCrash }))
        {
            await store.CreateTopicAsync("orders", 1);
            for (var commit = 0; commit < 100; commit++) await store.AppendAsync("orders", 0, new string('x', 3000));
        }
        Assert.Empty(_files.Synced);
    }

    [Fact]
    public void A_second_store_learns_who_has_the_directory()
    {
        using var store = LogStore.Open(Log, Options);
        var error = Assert.Throws<LogLockedException>(() => LogStore.Open(Log, Options));
        Assert.True(error.IsTransient);
        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", error.Message, StringComparison.Ordinal);
        store.Dispose();
        LogStore.Open(Log, Options).Dispose();
    }

    [Fact]
    public async Task The_lock_holds_where_the_runtimes_own_file_locks_are_switched_off()
    {
        const string variable = "DOTNET_SYSTEM_IO_DISABLEFILELOCKING";
        if (Environment.GetEnvironmentVariable(variable) is not null) Assert.Skip("This process is the one below.");
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, ["-method", $"{typeof(FailureTests).FullName}.{nameof(A_second_store_learns_who_has_the_directory)}"])
        {
            Environment = { [variable] = "1" },
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, child.ExitCode);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_the_system_does_not_give_is_an_error_with_its_cause_and_not_somebody_elses()
    {
        foreach (var (code, cause) in (ReadOnlySpan<(int, string)>)[
            (37, "No locks available"), (24, "Too many open files"), (30, "Read-only file system")])
        {
            _files.LockError = new IOException(cause, code);
            Assert.Contains(cause, Assert.Throws<LogAccessException>(() => LogStore.Open(Log, Options)).Message, StringComparison.Ordinal);
        }
        _files.LockError = new UnauthorizedAccessException("Permission denied");
        Assert.Throws<LogAccessException>(() => LogStore.Open(Log, Options));
        _files.LockError = new IOException("No space left on device", 28);
        Assert.Throws<LogFullException>(() => LogStore.Open(Log, Options));
        _files.LockError = null;
        LogStore.Open(Log, Options).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("lock")]
    [InlineData("lock.holder")]
    [InlineData("journal")]
    [InlineData("topics")]
    [InlineData("journal/00000000000000000002.journal")]
    [InlineData("topics/orders-0")]
    [InlineData("topics/orders-0/00000000000000000000.log")]
    public async Task Whatever_stands_in_the_way_of_opening_is_an_error_of_the_log(string name)
    {
        using (var store = LogStore.Open(Log, Options))
        {
            await store.CreateTopicAsync("orders", 1);
            await store.AppendAsync("orders", 0, "a");
        }
        var path = Path.Combine(Log, name).TrimEnd('/');
        var wasFile = File.Exists(path);
        var aside = _directory["aside"];
        Directory.Move(path, aside);
        if (wasFile) Directory.CreateDirectory(path);
        else await File.WriteAllTextAsync(path, "in the way", TestContext.Current.CancellationToken);

        Assert.ThrowsAny<LogException>(() => LogStore.Open(Log, Options));

        if (wasFile) Directory.Delete(path);
        else File.Delete(path);
        Directory.Move(aside, path);
        using var reopened = LogStore.Open(Log, Options);
        Assert.Equal(["a"], reopened.Values("orders", 0));
    }

    [Fact]
    public async Task A_failed_read_is_an_error_of_the_log_and_the_reader_goes_on_when_it_has_passed()
    {
        using var store = LogStore.Open(Log, Options);
        await store.CreateTopicAsync("orders", 1);
        await store.AppendAsync("orders", 0, "a");
        using var reader = store.OpenReader("orders", 0, 0);
        _files.FailRead = _ => true;
        Assert.Contains(
            "Input/output error", Assert.Throws<LogAccessException>(() => reader.TryRead(out _)).Message, StringComparison.Ordinal);
        _files.FailRead = _ => false;
        Assert.Equal("a", Assert.Single(reader.Rows()).Value);
    }

    [Fact]
    public async Task More_partitions_than_open_files_are_written_read_and_recovered()
    {
        const int Partitions = 700;
        _files.MaxOpenFiles = 400;
        var options = Options with { JournalFileBytes = 1 << 20 };
        using (var store = LogStore.Open(Log, options))
        {
            var topic = await store.CreateTopicAsync("orders", Partitions);
            var commit = new LogCommit();
            for (var partition = 0; partition < Partitions; partition++) commit.Add(topic, partition, Records.Buffer("together"));
            await store.CommitAsync(commit);
            for (var partition = 0; partition < Partitions; partition++) await store.AppendAsync("orders", partition, "alone");
            var readers = Enumerable.Range(0, Partitions).Select(partition => store.OpenReader("orders", partition, 0)).ToList();
            Assert.All(readers, reader => Assert.Equal(["together", "alone"], reader.Rows().Select(row => row.Value)));
            readers.ForEach(reader => reader.Dispose());

            var copy = _directory.CopyOf(Log);
            var open = _files.OpenFiles;
            _files.MaxOpenFiles = open + 300;
            using (var recovered = LogStore.Open(copy, options))
                Assert.All(
                    Enumerable.Range(0, Partitions),
                    partition => Assert.Equal(["together", "alone"], recovered.Values("orders", partition)));
            Assert.Equal(open, _files.OpenFiles);
        }
        Assert.Equal(0, _files.OpenFiles);
    }

    [Fact]
    public void The_real_sync_reports_what_the_system_says()
    {
        Assert.ThrowsAny<IOException>(() => PhysicalFileSystem.Instance.SyncDirectory(_directory["missing"]));
        PhysicalFileSystem.Instance.SyncDirectory(_directory.Path);
    }

    private static async Task<bool> TryCommitAsync(LogStore store, LogCommit commit)
    {
        try
        {
            await store.CommitAsync(commit);
            return true;
        }
        catch (LogFullException error)
        {
            Assert.True(error.IsTransient);
            return false;
        }
    }
}
