using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

public class PipelineDriverTests
{
    private static readonly Topic<Reading> s_readings = Topic.Of<Reading>("readings");
    private static readonly Topic<string> s_counts = Topic.Of<string>("counts");

    [Fact]
    public void Feeds_topics_moves_the_clock_restarts_and_reads_results()
    {
        using var driver = new PipelineDriver(CountsPerSecond, workers: 2);
        driver.Feed(s_readings, new Reading("a", 100, 1), new Reading("a", 200, 1));
        Assert.Empty(driver.Read(s_counts));

        driver.Restart();
        driver.Feed(s_readings, new Reading("a", 1500, 1));
        Assert.Equal(["a: 2"], driver.Read(s_counts));

        driver.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(["a: 2", "a: 1"], driver.Read(s_counts));
        Assert.Equal(0, driver.Status.StateEntries);
    }

    private static Pipeline CountsPerSecond()
    {
        var pipeline = new Pipeline("counts");
        pipeline.From(s_readings).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (key, _, n) => $"{key}: {n}").To(s_counts);
        return pipeline;
    }
}
