using Dataflow;
using Dataflow.Testing;

namespace Stranger.Reminders;

/// <summary>Timers of both clocks in a step of one's own.</summary>
public sealed class RemindTests
{
    private static readonly Topic<Reading> Readings = Topic.Of<Reading>("readings", 1);
    private static readonly Topic<string> Told = Topic.Of<string>("told", 1);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Timers_by_event_time_fire_once_also_after_a_restart(int workers)
    {
        using var driver = new PipelineDriver(() => Pipeline(Readings), workers);
        driver.Feed(Readings, new Reading(1, 1_000_000, 0), new Reading(2, 1_005_000, 0));
        driver.Restart();
        driver.Feed(Readings, new Reading(2, 1_080_000, 0));
        Assert.Empty(driver.Read(Told));

        driver.Restart();
        driver.Feed(Readings, new Reading(3, 1_100_000, 0));
        Assert.Equal(["1 quiet 1100000"], driver.Read(Told));

        driver.Feed(Readings, new Reading(3, 1_180_000, 0));
        Assert.Equal(["1 quiet 1100000", "2 quiet 1180000"], driver.Read(Told));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Timers_by_the_clock_fire_once_also_those_that_came_due_while_no_job_ran(int workers)
    {
        using var driver = new PipelineDriver(() => Pipeline(Readings), workers);
        driver.Feed(Readings, new Reading(1, 1_000_000, 0));
        driver.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(driver.Read(Told));

        driver.Advance(TimeSpan.FromSeconds(80));
        Assert.Equal(["1 nothing came 0"], driver.Read(Told));

        driver.Feed(Readings, new Reading(2, 1_001_000, 0));
        driver.Clock.Advance(TimeSpan.FromHours(1)); // nobody looks
        driver.Restart();
        Assert.Equal(["1 nothing came 0", "2 nothing came 0"], driver.Read(Told));
    }

    [Fact]
    public void A_timer_that_sets_the_next_one_comes_to_an_end_with_the_input()
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", [new(1, 1_000_000, 0)], partitions: 1);
        SimulatedJob.Start(Pipeline(Readings.StopAtEnd()), log).Run();

        Assert.Equal(["1 quiet 1100000", "1 quiet 1200000", "1 at the end 1200000"], Told.ReadAll(log));
    }

    private static Pipeline Pipeline(Topic<Reading> readings)
    {
        var pipeline = new Pipeline("reminders");
        pipeline.From(readings).WithEventTime(static reading => reading.Time).KeyBy(static reading => reading.Key)
            .Remind(TimeSpan.FromSeconds(100)).Values().To(Told);
        return pipeline;
    }
}
