using Dataflow.CrashTarget;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

/// <summary>A job dropped at some moment and started again gives what an undisturbed one gives.</summary>
public class RestartTests
{
    private const int TripCount = 1500;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    [InlineData(2, 1)]
    public void A_restart_from_any_checkpoint_gives_the_same_results(int before, int after)
    {
        using var undisturbed = Filled();
        SimulatedJob.Start(Trips.Pipeline(), undisturbed).Run();
        var expected = Trips.Results(undisturbed);
        Assert.NotEmpty(expected);

        for (var steps = 1; steps < 60; steps += 6)
        {
            using var log = Filled();
            var job = SimulatedJob.Start(Trips.Pipeline(), log, before, seed: steps);
            for (var step = 0; step < steps; step++) job.Step();
            job.Begin();
            while (job.Status.Checkpoints.Count == 0) job.Step();
            for (var step = 0; step < steps / 4; step++) job.Step(); // lost with the crash
            job.Close();

            job = SimulatedJob.Start(Trips.Pipeline(), log, after, seed: steps);
            Assert.True(job.StartedFrom > 0);
            job.Run();

            Assert.Equal(expected, Trips.Results(log));
        }
    }

    [Fact]
    public void Several_restarts_in_a_row_give_the_same_results()
    {
        using var undisturbed = Filled();
        SimulatedJob.Start(Trips.Pipeline(), undisturbed).Run();

        using var log = Filled();
        for (var run = 0; run < 8; run++)
        {
            var job = SimulatedJob.Start(Trips.Pipeline(), log, workers: 1 + (run % 3), seed: run);
            for (var step = 0; step < 3 + run; step++) job.Step();
            job.Begin();
            while (job.Status.Checkpoints.Count == 0) job.Step();
            job.Close();
        }

        SimulatedJob.Start(Trips.Pipeline(), log, workers: 2).Run();
        Assert.Equal(Trips.Results(undisturbed), Trips.Results(log));
    }

    [Fact]
    public async Task A_finished_job_started_again_returns_at_once_and_changes_nothing()
    {
        using var log = Filled();
        SimulatedJob.Start(Trips.Pipeline(), log, workers: 2).Run();
        var ends = Ends(log);

        var again = SimulatedJob.Start(Trips.Pipeline(), log, workers: 3);
        Assert.True(again.HasFinished);
        again.Close();
        await Trips.Pipeline().RunAsync(new JobOptions { Log = log, Workers = 1 }, TestContext.Current.CancellationToken);

        Assert.Equal(ends, Ends(log));
    }

    [Fact]
    public void Only_what_a_checkpoint_covers_is_visible()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", Enumerable.Range(0, 100));
        var pipeline = new Pipeline("visible");
        pipeline.From(Topic.Of<int>("numbers")).To(Topic.Of<int>("copy"));
        var job = SimulatedJob.Start(pipeline, log);
        while (job.Status.RecordsRead < 64) job.Step();
        Assert.Empty(Topic.Of<int>("copy").ReadAll(log));

        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        Assert.Equal(Enumerable.Range(0, 64), Topic.Of<int>("copy").ReadAll(log));

        job.RunUntilIdle();
        Assert.Equal(Enumerable.Range(0, 64), Topic.Of<int>("copy").ReadAll(log));
        job.Close();
        Assert.Equal(Enumerable.Range(0, 64), Topic.Of<int>("copy").ReadAll(log));
    }

    [Fact]
    public void Keeps_the_last_manifests_only()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("numbers", [1]);
        var pipeline = new Pipeline("long");
        pipeline.From(Topic.Of<int>("numbers")).To(Topic.Of<int>("copy"));
        var job = SimulatedJob.Start(pipeline, log);
        for (var checkpoint = 0; checkpoint < 130; checkpoint++) job.Checkpoint();
        job.Close();

        var manifests = log.GetTopic("long.checkpoints");
        Assert.Equal(130, manifests.EndOffset(0));
        Assert.Equal(127, manifests.StartOffset(0));
        Assert.Equal(130, SimulatedJob.Start(pipeline, log).StartedFrom);
    }

    private static LogStore Filled()
    {
        var log = SimulatedJob.OpenLog();
        Trips.FillAsync(log, TripCount).GetAwaiter().GetResult();
        return log;
    }

    private static List<(string, int, long)> Ends(LogStore log)
        => [.. log.Topics.Where(topic => topic.Name != Trips.Topic).OrderBy(topic => topic.Name, StringComparer.Ordinal)
            .SelectMany(topic => Enumerable.Range(0, topic.PartitionCount).Select(p => (topic.Name, p, topic.EndOffset(p))))];
}
