using Dataflow.CrashTarget;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Testing.Disks;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Jobs on their own threads while the disk fails: they end with the log's error, and the next start carries on.</summary>
public class DiskFaultTests
{
    private const int TripCount = 4000;
    private static readonly LogOptions SmallFiles = new() { SegmentBytes = 1 << 16, JournalFileBytes = 1 << 18 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_ends_the_job_and_the_same_log_serves_the_next()
    {
        var (disk, expected) = await FilledAsync();
        await using var log = Open(disk);
        disk.CapacityBytes = disk.UsedBytes + 2_000;

        var error = await Assert.ThrowsAsync<LogFullException>(() => RunAsync(log));
        Assert.True(error.IsTransient);

        disk.CapacityBytes = long.MaxValue;
        await RunAsync(log);
        Assert.Equal(expected, Trips.Results(log));
    }

    [Fact]
    public async Task A_failed_sync_ends_the_job_and_loses_nothing_after_a_power_loss()
    {
        var (disk, expected) = await FilledAsync();
        var log = Open(disk);
        await using (var job = await StartAsync(log))
        {
            disk.FailSyncs = true;
            var error = await Assert.ThrowsAsync<LogFailedException>(() => job.Completion);
            Assert.False(error.IsTransient);
        }

        var left = disk.AfterPowerLoss(Unsynced.Lost);
        await using var again = Open(left);
        await RunAsync(again);
        Assert.Equal(expected, Trips.Results(again));
    }

    [Fact]
    public async Task A_second_job_of_a_pipeline_is_refused_while_the_first_runs()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1]);
        var pipeline = new Pipeline("numbers");
        pipeline.From(Topic.Of<int>("numbers")).To(Topic.Of<int>("copy"));
        var first = SimulatedJob.Start(pipeline, log);

        var error = await Assert.ThrowsAsync<CheckpointException>(() => pipeline.StartAsync(new JobOptions { Log = log }, Stop));

        Assert.Equal(
            "Pipeline 'numbers': a job of this name already runs on the log. Wait for its end, or give this one another name.",
            error.Message);
        first.Close();
        SimulatedJob.Start(pipeline, log).Close();
    }

    [Fact]
    public async Task A_second_process_on_the_directory_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using var log = LogStore.Open(folder["log"]);
        var pipeline = new Pipeline("numbers");
        pipeline.From(Source.Of([1])).To(Topic.Of<int>("copy"));

        var error = await Assert.ThrowsAsync<LogLockedException>(
            () => pipeline.RunAsync(new JobOptions { Directory = folder["log"] }, Stop));

        var message = folder.Anonymous(error.Message);
        Assert.StartsWith("Log 'log': it is open elsewhere (", message, StringComparison.Ordinal);
        Assert.EndsWith("One process at a time may open a log; close the other one first.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_opens_and_closes_the_log_of_its_directory()
    {
        using var folder = new TemporaryFolder();
        var pipeline = new Pipeline("numbers");
        pipeline.From(Source.Of([1, 2])).To(Topic.Of<int>("copy"));

        await pipeline.RunAsync(new JobOptions { Directory = folder["log"], Workers = 2 }, Stop);

        await using var log = LogStore.Open(folder["log"]);
        Assert.Equal([1, 2], Topic.Of<int>("copy").ReadAll(log));
    }

    [Fact]
    public async Task Everything_that_a_pipeline_reads_and_does_not_find_is_named_at_once()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("numbers");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).To(Topic.Of<int>("copy"));
        pipeline.From(Source.JsonLines<Reading>("/nowhere/readings.jsonl")).To(Sink.Memory<Reading>());

        var error = await Assert.ThrowsAsync<PlanException>(() => pipeline.StartAsync(new JobOptions { Log = log }, Stop));

        Assert.Equal(
            """
            Pipeline 'numbers' has 2 faults:
            - Source 'numbers': Topic 'numbers': the log has no such topic. It has none yet; create it with CreateTopicAsync.
            - File '/nowhere/readings.jsonl': it does not exist. Relative paths start at the program's current directory; correct the path.
            """,
            error.Message);
    }

    private static LogStore Open(SimulatedFileSystem disk) => LogStore.Open("/log", SmallFiles with { FileSystem = disk });

    private static async Task<(SimulatedFileSystem Disk, IReadOnlyList<string> Expected)> FilledAsync()
    {
        var disk = new SimulatedFileSystem();
        await using (var log = Open(disk)) await Trips.FillAsync(log, TripCount);
        await using var undisturbed = Open(disk.AfterProcessCrash());
        await RunAsync(undisturbed);
        return (disk, Trips.Results(undisturbed));
    }

    private static Task<Job> StartAsync(LogStore log) => Trips.Pipeline().StartAsync(
        new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(1) }, Stop);

    private static async Task RunAsync(LogStore log)
    {
        await using var job = await StartAsync(log);
        await job.Completion;
    }
}
