using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Time;

public sealed class EventTimeTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void All_forms_of_a_time_lie_in_the_same_window_also_before_the_epoch()
    {
        var tenthOfAMillisecondBefore = DateTime.UnixEpoch.AddTicks(-1_000);

        Assert.Equal(-10, WindowOf(s => s.WithEventTime(_ => tenthOfAMillisecondBefore)));
        Assert.Equal(-10, WindowOf(s => s.WithEventTime(_ => tenthOfAMillisecondBefore.ToLocalTime())));
        Assert.Equal(-10, WindowOf(s => s.WithEventTime(_ => DateTime.SpecifyKind(tenthOfAMillisecondBefore, DateTimeKind.Unspecified))));
        Assert.Equal(-10, WindowOf(s => s.WithEventTime(_ => new DateTimeOffset(tenthOfAMillisecondBefore))));
        Assert.Equal(-10, WindowOf(s => s.WithEventTime(_ => -1L)));
    }

    [Fact]
    public void Refuses_a_lateness_that_is_negative_and_an_idle_time_that_is_not_positive()
    {
        var stream = new Pipeline("times").From(Source.Of([1L]));

        Assert.Equal(
            "maxOutOfOrderness",
            Assert.Throws<ArgumentOutOfRangeException>(() => stream.WithEventTime(x => x, TimeSpan.FromTicks(-1))).ParamName);
        Assert.Equal("idleAfter", Assert.Throws<ArgumentOutOfRangeException>(
            () => stream.WithEventTime(x => x, idleAfter: Timeout.InfiniteTimeSpan)).ParamName);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_watermark_is_that_of_the_partition_furthest_behind_less_the_lateness(int workers)
    {
        Append(0, 100);
        Append(1, 20);
        var job = Start(workers);

        Assert.Equal(20 - 7, Watermark(job));
        Append(1, 150);
        job.RunUntilIdle();
        Assert.Equal(100 - 7, Watermark(job));
        Append(0, 90);
        job.RunUntilIdle();
        Assert.Equal(100 - 7, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_partition_that_is_quiet_for_long_holds_nothing_back(int workers)
    {
        Append(0, 100);
        var job = Start(workers);
        Assert.Equal(long.MinValue, Watermark(job));

        _clock.Advance(TimeSpan.FromSeconds(6));
        Append(0, 200);
        job.RunUntilIdle();

        Assert.Equal(200 - 7, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void When_all_are_quiet_time_stays_at_the_greatest_of_any_partition(int workers)
    {
        Append(0, 100);
        Append(1, 300);
        var job = Start(workers);
        Assert.Equal(100 - 7, Watermark(job));

        _clock.Advance(TimeSpan.FromSeconds(6));
        job.RunUntilIdle();
        Assert.Equal(300 - 7, Watermark(job));

        _clock.Advance(TimeSpan.FromHours(10));
        job.RunUntilIdle();
        Assert.Equal(300 - 7, Watermark(job));

        Append(0, 200);
        Append(1, 310);
        job.RunUntilIdle();
        Assert.Equal(300 - 7, Watermark(job));
        Append(0, 305);
        job.RunUntilIdle();
        Assert.Equal(305 - 7, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Time_goes_on_with_the_clock_where_that_is_asked_for(int workers)
    {
        Append(0, 100);
        Append(1, 300);
        var job = Start(workers, advanceWhenQuiet: true);
        Assert.Equal(100 - 7, Watermark(job));

        _clock.Advance(TimeSpan.FromSeconds(6));
        job.RunUntilIdle();
        var first = Watermark(job)!.Value;
        Assert.InRange(first, 300 + 6_000 - 7, 300 + 6_000 + 500);

        _clock.Advance(TimeSpan.FromSeconds(10));
        job.RunUntilIdle();
        Assert.InRange(Watermark(job)!.Value, first + 10_000, first + 10_500);
        job.Close();
    }

    [Fact]
    public void A_restarted_job_goes_on_from_where_time_was()
    {
        Append(0, 100);
        Append(1, 300);
        var job = Start(workers: 2);
        job.Checkpoint();
        job.Close();

        job = Start(workers: 1);
        Assert.Equal(100 - 7, Watermark(job));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Steps_that_give_time_to_two_sources_under_one_name_go_on_each_from_its_own(int workers)
    {
        _log.Append("slow", [10L, 50L], partition: 0);
        _log.Append("fast", [10L, 1_000L], partition: 0);
        var job = Start();
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        _log.Append("slow", [60L, 70L], partition: 0);
        job = Start();
        job.RunUntilIdle();

        Assert.Equal([70L, 1_000L], job.Status.Steps.Where(step => step.Name == "event-time").Select(step => step.WatermarkMs!.Value));
        Assert.Equal(0, job.Status.Steps.Sum(step => step.Late));
        job.Close();

        SimulatedJob Start()
        {
            var pipeline = new Pipeline("two");
            foreach (var name in new[] { "slow", "fast" })
            {
                pipeline.From(Topic.Of<long>(name, partitions: 1)).WithEventTime(x => x).KeyBy(x => x % 2, $"{name}-key")
                    .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10)), $"{name}-window").Aggregate(a => a.Count(), (_, _, n) => n)
                    .To(Sink.Memory<long>($"{name}-out"));
            }

            return SimulatedJob.Start(pipeline, _log, workers, clock: _clock);
        }
    }

    [Fact]
    public void Quiet_goes_on_over_restarts_that_come_more_often_than_it_takes()
    {
        Append(0, 100);
        var job = Start(workers: 2);
        for (var start = 0; start < 4; start++)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            job.Checkpoint();
            job.Close();
            job = Start(workers: 2);
            Append(0, 200 + start);
            job.RunUntilIdle();
        }

        Assert.Equal(203 - 7, Watermark(job));
        job.Close();
    }

    private static long WindowOf(Func<Stream<int>, Stream<int>> timed)
        => Assert.Single(Harness.Run(
            [1],
            s => timed(s).KeyBy(x => x).Window(Tumbling.Every(TimeSpan.FromMilliseconds(10)))
                .Aggregate(a => a.Count(), (_, w, _) => w.StartMs)));

    private static long? Watermark(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "event-time").WatermarkMs;

    private void Append(int partition, long time) => _log.Append("times", [time], partition, partitions: 2);

    private SimulatedJob Start(int workers, bool advanceWhenQuiet = false)
    {
        var pipeline = new Pipeline("times");
        pipeline.From(Topic.Of<long>("times"))
            .WithEventTime(x => x, maxOutOfOrderness: TimeSpan.FromMilliseconds(7), advanceWhenQuiet: advanceWhenQuiet)
            .To(Sink.Memory<long>());
        var job = SimulatedJob.Start(pipeline, _log, workers, clock: _clock);
        job.RunUntilIdle();
        return job;
    }
}
