using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Testing.Disks;

namespace Dataflow.Tests.Docs.Samples;

public class LoginTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Three_failed_logins_lock_a_user_also_if_the_job_is_started_again_between_them()
    {
        using var driver = new PipelineDriver(() => LoginPipeline.Create(), workers: 2);
        driver.Feed(LoginPipeline.Logins, Failed("ada", second: 0), Failed("ada", second: 20));
        driver.Restart();
        driver.Feed(LoginPipeline.Logins, Failed("ada", second: 40), Failed("bob", second: 60));

        Assert.Equal(["ada"], driver.Read(LoginPipeline.LockedUsers));
        Assert.Empty(driver.Read(LoginPipeline.Reports)); // event time is at 12:00:55

        driver.Feed(LoginPipeline.Logins, Failed("eve", second: 120));

        Assert.Equal(["ada: 3 failed logins"], driver.Read(LoginPipeline.Reports));
    }

    [Fact]
    public void No_crash_and_no_number_of_workers_changes_a_report()
        => new Simulation(
            fill: log => Fill(log, Enumerable.Range(0, 60).Select(i => Failed($"user {i % 5}", second: i * 13))),
            pipeline: () => LoginPipeline.Create(bounded: true),
            results: log => [.. LoginPipeline.Reports.ReadAll(log).Concat(LoginPipeline.LockedUsers.ReadAll(log)).Order()])
            .Run(seeds: 20);

    [Fact]
    public void Steps_run_on_a_list()
    {
        int[] even = [.. Harness.Run([1, 2, 3, 4], stream => stream.Where(x => x % 2 == 0))];

        Assert.Equal([2, 4], even);
    }

    [Fact]
    public void A_job_in_one_thread_takes_steps_and_checkpoints_when_it_is_told_to()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log, Enumerable.Range(0, 9).Select(i => Failed("ada", second: i)));

        var job = SimulatedJob.Start(LoginPipeline.Create(bounded: true), log, workers: 2, seed: 7);
        while (job.Step() && job.Status.RecordsRead < 5) { }
        job.Checkpoint();
        job.Close(); // everything after the checkpoint is lost

        var again = SimulatedJob.Start(LoginPipeline.Create(bounded: true), log, workers: 1);
        again.Run(); // to the end; fails if a record is not accounted for

        Assert.Equal(["ada: 9 failed logins"], LoginPipeline.Reports.ReadAll(log));
    }

    [Fact]
    public async Task A_disk_that_loses_power_keeps_what_was_acknowledged()
    {
        var disk = new SimulatedFileSystem();
        using (var log = SimulatedJob.OpenLog(disk)) Fill(log, [Failed("ada", second: 0)]);

        disk = disk.AfterPowerLoss(new Random(17));

        await using var opened = LogStore.Open("/log", new LogOptions { FileSystem = disk });
        Assert.Single(LoginPipeline.Logins.ReadAll(opened));
    }

    // In a simulation the log commits on the caller's thread, so nothing waits.
    private static void Fill(LogStore log, IEnumerable<Login> logins)
    {
        var writer = log.OpenWriterAsync<string, Login>(LoginPipeline.Logins).GetAwaiter().GetResult();
        foreach (var login in logins) writer.WriteAsync(login.User, login, login.Time).GetAwaiter().GetResult();
    }

    private static Login Failed(string user, int second) => new(user, Succeeded: false, Noon.AddSeconds(second));
}
