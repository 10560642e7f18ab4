using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

public class PipelineDriverTests
{
    private static readonly Topic<Reading> s_readings = Topic.Of<Reading>("readings", partitions: 1);
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
        driver.Advance(TimeSpan.FromHours(1));
        driver.Feed(s_readings, new Reading("a", 1600, 1)); // what continues later is not late
        driver.Feed(s_readings, new Reading("b", 2000, 1));
        Assert.Equal(["a: 2", "a: 1", "a: 2"], driver.Read(s_counts));
    }

    [Fact]
    public void Partitions_have_watermarks_of_their_own_as_the_topic_declares_them()
    {
        var (readings, counts) = (Topic.Of<Reading>("readings", partitions: 2), Topic.Of<string>("counts"));
        using var driver = new PipelineDriver(() => CountsPerSecond(readings, counts));
        driver.FeedPartition(readings, 0, new Reading("a", 100, 1), new Reading("a", 1_500, 1));
        Assert.Empty(driver.Read(counts)); // partition 1 holds time back

        driver.FeedPartition(readings, 1, new Reading("b", 200, 1));
        Assert.Empty(driver.Read(counts));
        driver.FeedPartition(readings, 1, new Reading("b", 1_000, 1));
        Assert.Equal(["a: 1", "b: 1"], driver.Read(counts).Order());

        driver.FeedPartition(readings, 0, new Reading("a", 9_000, 1));
        driver.Advance(TimeSpan.FromSeconds(4));
        driver.FeedPartition(readings, 0, new Reading("a", 9_001, 1));
        driver.Advance(TimeSpan.FromSeconds(2)); // partition 1 is idle
        Assert.Equal(["a: 1", "a: 1", "b: 1", "b: 1"], driver.Read(counts).Order());
    }

    [Fact]
    public void Feeds_keys_to_the_partitions_that_pipelines_choose()
    {
        var (rows, changes) = (Topic.Of<Reading>("rows", partitions: 3), Topic.Of<string>("changes"));
        using var driver = new PipelineDriver(() =>
        {
            var pipeline = new Pipeline("rows");
            pipeline.Table<string, Reading>(rows).Changes().Select(change => $"{change.New!.Sensor}: {change.New.Value}").Values()
                .To(changes);
            return pipeline;
        });

        driver.FeedByKey(rows, r => r.Sensor, [.. "abcdef".Select(c => new Reading($"{c}", 0, c))]);

        Assert.Equal("abcdef".Select(c => $"{c}: {(int)c}"), driver.Read(changes).Order());
        Assert.Equal(3, driver.Status.Splits.Count(split => split.Read > 0));
    }

    private static Pipeline CountsPerSecond() => CountsPerSecond(s_readings, s_counts);

    private static Pipeline CountsPerSecond(Topic<Reading> readings, Topic<string> counts)
    {
        var pipeline = new Pipeline("counts");
        pipeline.From(readings).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (key, _, n) => $"{key}: {n}").To(counts);
        return pipeline;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Reads_what_a_table_holds_also_after_a_restart(int workers)
    {
        Table<int, long> counts = null!;
        using var driver = new PipelineDriver(
            () =>
            {
                var pipeline = new Pipeline("driven-tables");
                counts = pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x).Aggregate(a => a.Count(), (_, count) => count);
                counts.Changes().To(Sink.Memory<Change<long>>());
                return pipeline;
            },
            workers);

        driver.Feed(Topic.Of<int>("numbers"), 7, 8, 7);
        Assert.Equal((true, 2L), (driver.Read(counts, 7).Exists, driver.Read(counts, 7).Row));
        Assert.False(driver.Read(counts, 9).Exists);
        driver.Restart();
        driver.Feed(Topic.Of<int>("numbers"), 7);
        Assert.Equal(3, driver.Read(counts, 7).Row);
    }

    [Fact]
    public void Stands_still_once_all_partitions_are_idle()
    {
        using var driver = new PipelineDriver(
            () =>
            {
                var pipeline = new Pipeline("driven-idle");
                pipeline.From(Topic.Of<Reading>("idle", partitions: 1)).WithEventTime(r => r.TimeMs, idleAfter: TimeSpan.FromSeconds(1))
                    .KeyBy(r => r.Sensor)
                    .Window(Tumbling.Every(TimeSpan.FromSeconds(10))).Aggregate(a => a.Count(), (_, _, count) => count)
                    .To(Topic.Of<long>("counts"));
                return pipeline;
            },
            workers: 2);

        driver.Feed(Topic.Of<Reading>("idle", partitions: 1), new Reading("a", 0, 0));
        Assert.Empty(driver.Read(Topic.Of<long>("counts")));
        driver.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal([1L], driver.Read(Topic.Of<long>("counts")));
    }
}
