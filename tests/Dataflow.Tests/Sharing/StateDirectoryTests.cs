using Dataflow.Log;
using Dataflow.Operations;
using Dataflow.Testing;
using static Dataflow.Tests.Sharing.CountedNumbers;

namespace Dataflow.Tests.Sharing;

/// <summary>Processes that keep images of their state on a disk of their own.</summary>
public sealed class StateDirectoryTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const ulong Upper = ~Lower;
    private const int Ignored = 111, NotWritten = 112, NoEffect = 113;

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SharedGroup _group;
    private readonly CountedNumbers _numbers;
    private readonly KeptMessages _messages = new();

    public StateDirectoryTests()
        => (_group, _numbers) = (new SharedGroup(_log) { Identity = "one" }, new CountedNumbers(_log));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _messages.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_process_that_was_stopped_and_starts_again_reads_nothing_of_the_log()
    {
        var process = await RunAndStopAsync();
        process.Opened.Clear();

        await using var again = await StartAsync(process, "/first");

        Assert.Equal(new RestoreStatus(0, 0, FromImages: 64, 0, 0, 0), again.Status.Restore);
        Assert.DoesNotContain(process.Opened, static opened => opened.Topic is "counting.changelog" or "counting.snapshots");
        Assert.Equal(Numbers, again.Status.StateEntries);
        await _numbers.CountAsync();
    }

    [Fact]
    public async Task What_is_committed_while_an_image_is_written_is_in_the_one_of_the_stop()
    {
        var process = _group.Add();
        _group.Give(ulong.MaxValue);
        await using var job = await StartAsync(process, "/first");
        var disk = new TaskCompletionSource();
        _group.CreatesFilesAfter = disk.Task;
        await _numbers.CountAsync();
        process.StandStill();
        var counting = _numbers.CountAsync();
        await UntilAsync(() => process.HoldsCommit && job.Status.RecordsRead == 2 * Numbers);
        disk.SetResult();
        await UntilAsync(() => HasImages("/first")); // all of them without that commit
        process.GoOn();
        await counting;
        await job.StopAsync(Stop);

        await using var again = await StartAsync(process, "/first");

        Assert.Equal(new RestoreStatus(0, 0, FromImages: 64, 0, 0, 0), again.Status.Restore);
    }

    [Fact]
    public async Task A_process_that_was_killed_reads_only_what_came_after_its_images()
    {
        var first = _group.Add();
        _group.Give(ulong.MaxValue);
        await using var dying = await StartAsync(first, "/first");
        await _numbers.CountAsync();
        await UntilAsync(() => HasImages("/first"));
        await _numbers.CountAsync();
        first.Die();
        await dying.CancelAsync();
        var second = _group.Add();
        _group.Give(ulong.MaxValue);

        await using var again = await StartAsync(second, "/first");

        Assert.Equal((64, 0), (again.Status.Restore.FromImages, again.Status.Restore.FromLog));
        Assert.DoesNotContain(second.Opened, static opened => opened.Topic == "counting.snapshots");
        await _numbers.CountAsync();
    }

    [Fact]
    public async Task The_image_of_a_shard_that_was_elsewhere_meanwhile_is_completed_when_it_comes_back()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(ulong.MaxValue, 0);
        await using var keeping = await StartAsync(first, "/first");
        await _numbers.CountAsync();
        await UntilAsync(() => HasImages("/first"));
        _group.Give(Lower, Upper);
        await using var joining = await StartAsync(second, "/second");
        await _numbers.CountAsync();

        _group.Give(ulong.MaxValue, 0);
        await _numbers.CountAsync();

        var restored = keeping.Status.Restore;
        Assert.Equal((32, 32, 0), (restored.FromMemory, restored.FromImages, restored.FromLog));
        Assert.InRange(restored.LogRecords, 32, int.MaxValue);
    }

    [Fact]
    public async Task Nothing_comes_back_that_was_forgotten()
    {
        var process = await RunAndStopAsync();
        await NewPipeline().ForgetAsync(new JobOptions { Log = process }, Stop);

        await using var again = await StartAsync(process, "/first");

        Assert.Equal(0, again.Status.Restore.FromImages);
        await UntilAsync(() => _log.Sorted<string>("counts").Count == 2 * Numbers);
        Assert.All(_log.Sorted<string>("counts"), static count => Assert.EndsWith(": 1", count, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Images_of_a_topic_that_was_deleted_are_never_taken_for_those_of_the_next()
    {
        var process = await RunAndStopAsync();
        _group.Identity = "two";

        await using var again = await StartAsync(process, "/first");

        Assert.Equal((0, 64), (again.Status.Restore.FromImages, again.Status.Restore.FromLog));
        Assert.Contains(
            "64 images of state on the disk are of no use, and are removed; their shards are restored from the log.",
            Assert.Single(_messages.Of(Ignored)), StringComparison.Ordinal);
        await _numbers.CountAsync();
    }

    [Fact]
    public async Task A_damaged_image_costs_time_and_nothing_else()
    {
        var process = await RunAndStopAsync();
        using (var file = _group.Disk.Open("/first/counting.state/shard-03.image", FileMode.Open)) file.SetLength(file.Length - 1);

        await using var again = await StartAsync(process, "/first");

        Assert.Equal((63, 1), (again.Status.Restore.FromImages, again.Status.Restore.FromLog));
        await _numbers.CountAsync();
    }

    [Fact]
    public async Task A_disk_that_fails_is_told_once_and_holds_nothing_up()
    {
        var process = _group.Add();
        _group.Give(ulong.MaxValue);
        await using var job = await StartAsync(process, "/first");
        _group.Disk.FailSyncs = true;
        await _numbers.CountAsync();
        await UntilAsync(() => _messages.Of(NotWritten).Count > 0);
        await _numbers.CountAsync();
        await job.StopAsync(Stop);

        Assert.Single(_messages.Of(NotWritten));
        Assert.Equal(["lock"], _group.Disk.List("/first/counting.state"));
    }

    [Fact]
    public async Task A_second_process_is_refused_the_directory_of_one_that_runs()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(Lower, Upper);
        await using var job = await StartAsync(first, "/first");

        var error = await Assert.ThrowsAsync<CheckpointException>(() => StartAsync(second, "/first"));

        Assert.StartsWith(
            "Pipeline 'counting': another process, or another job of this one, uses the state directory '/first/counting.state'.",
            error.Message, StringComparison.Ordinal);
        await job.StopAsync(Stop);
        await using var other = await StartAsync(second, "/first");
    }

    [Fact]
    public async Task Where_the_log_cannot_tell_topics_apart_there_are_no_images()
    {
        _group.Identity = null;
        var process = await RunAndStopAsync();

        await using var again = await StartAsync(process, "/first");

        Assert.Equal((0, 64), (again.Status.Restore.FromImages, again.Status.Restore.FromLog));
        Assert.NotEmpty(_messages.Of(NoEffect));
        Assert.Equal(["lock"], _group.Disk.List("/first/counting.state"));
    }

    /// <summary>Counts once, and stops.</summary>
    private async Task<SharedGroup.Process> RunAndStopAsync()
    {
        var process = _group.Add();
        _group.Give(ulong.MaxValue);
        await using var job = await StartAsync(process, "/first", imageBytes: 1 << 20);
        await _numbers.CountAsync();
        await job.StopAsync(Stop);
        return process;
    }

    private bool HasImages(string directory)
        => _group.Disk.List($"{directory}/counting.state").Count(static name => name.EndsWith(".image", StringComparison.Ordinal)) == 64;

    private Task<Job> StartAsync(PartitionedLog log, string directory, long imageBytes = 1) => CountedNumbers.StartAsync(
        log, options => options with { StateDirectory = directory, ImageBytes = imageBytes, LoggerFactory = _messages });
}
