using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

public sealed class TriggerTests : IDisposable
{
    private const long DisorderMs = 60;
    private const long AnnouncedMs = 10; // the rest is what late results are for

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public TriggerTests() => _log.CreateTopicAsync("readings", 1).AsTask().GetAwaiter().GetResult();

    private static Gen<Trigger> AnyTrigger { get; } = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 5], Gen.Bool)
        .Select((every, records, discards) => new Trigger
    {
        EarlyEvery = every == 0 ? null : Ms(every),
        EarlyRecords = records == 0 ? null : records,
        AllowedLateness = Ms(DisorderMs),
        Discards = discards,
    });

    private static Gen<WindowSpec> AnyWindows { get; } = Gen.Select(Gen.Int[5, 40], Gen.Int[2, 4], Gen.Int[0, 3])
        .Select((every, steps, kind) => kind switch
    {
        0 => Tumbling.Every(Ms(every)),
        1 => Hopping.Of(Ms(every * steps), Ms(every)),
        2 => Hopping.Of([Ms(every), Ms(every * steps)], Ms(every), Ms(3)),
        _ => Cumulating.Of(Ms(every * steps), Ms(every)),
    });

    public void Dispose() => _log.Dispose();

    [Fact]
    public void The_last_result_of_each_window_or_the_sum_of_what_it_discards_agrees_with_LINQ_through_restarts()
        => Gen.Select(Reading.Disordered(DisorderMs), AnyWindows, AnyTrigger, Restarted.Any).Sample(
            (readings, windows, trigger, run) =>
            {
                var results = run.Run(readings, s => Sums(Timed(s), windows, trigger));
                var final = run.Run(
                    readings, s => Sums(s.WithEventTime(r => r.TimeMs, Ms(DisorderMs)).KeyBy(r => r.Sensor), windows, null));
                Assert.Equal(
                    final.Select(r => (r.Key, r.Window.StartMs, r.Window.EndMs, r.Sum)).Order(),
                    results.GroupBy(r => (r.Key, r.Window))
                        .Select(g => (g.Key.Key, g.Key.Window.StartMs, g.Key.Window.EndMs, Of(g, trigger))).Order());
            },
            iter: 40);

    [Fact]
    public void Results_of_a_window_are_numbered_and_early_before_on_time_before_late()
        => Gen.Select(Reading.Disordered(DisorderMs), AnyWindows, AnyTrigger, Restarted.Any).Sample(
            (readings, windows, trigger, run) =>
            {
                foreach (var window in run.Run(readings, s => Sums(Timed(s), windows, trigger)).GroupBy(r => (r.Key, r.Window)))
                {
                    Assert.Equal(Enumerable.Range(0, window.Count()), window.Select(r => r.Window.FiringIndex));
                    var order = window.Select(r => r.Window.Firing switch { Firing.Early => 0, Firing.OnTime => 1, _ => 2 }).ToList();
                    Assert.Equal(order.Order(), order);
                    Assert.True(order.Count(o => o == 1) <= 1);
                }
            },
            iter: 40);

    [Fact]
    public void Sessions_that_late_records_lengthen_or_join_end_up_as_one_model_says()
        => Gen.Select(Reading.Disordered(DisorderMs), Gen.Int[3, 60], AnyTrigger, Restarted.Any).Sample(
            (readings, gap, trigger, run) =>
            {
                var sessions = Session.WithGap(Ms(gap));
                var results = run.Run(readings, s => Sums(Timed(s), sessions, trigger));
                var final = run.Run(
                    readings, s => Sums(s.WithEventTime(r => r.TimeMs, Ms(DisorderMs)).KeyBy(r => r.Sensor), sessions, null));
                if (trigger.Discards) Assert.Equal(readings.Sum(r => (long)r.Value), results.Sum(r => r.Sum));
                else foreach (var session in final) Assert.Equal(
                    session.Sum, results.Last(r => r.Key == session.Key && r.Window == session.Window).Sum);
            },
            iter: 40);

    [Fact]
    public void Early_results_come_after_so_many_records_of_a_key()
    {
        var results = Harness.Run(
            Enumerable.Range(1, 5).Select(i => new Reading(i == 2 ? "b" : "a", i, i)),
            s => Sums(Timed(s), Tumbling.Every(Ms(100)), new Trigger { EarlyRecords = 2 }));

        Assert.Equal(
            [("a", 4, Firing.Early, 0), ("a", 13, Firing.Early, 1), ("a", 13, Firing.OnTime, 2), ("b", 2, Firing.OnTime, 0)],
            results.Select(r => (r.Key, r.Sum, r.Window.Firing, r.Window.FiringIndex)).OrderBy(r => r.Key));
    }

    [Fact]
    public void Early_results_come_when_the_watermark_passes_a_multiple_and_something_changed()
    {
        var (job, results, _) = Start(Tumbling.Every(Ms(100)), new Trigger { EarlyEvery = Ms(10) });
        Append(job, new Reading("a", 0, 0)); // the first watermark passes none
        Append(job, new("a", 1, 1), new("b", 9, 2)); // passes none
        Append(job, new Reading("a", 10, 4)); // passes 10
        Append(job, new Reading("a", 19, 8)); // passes none
        Append(job, new Reading("b", 45, 16)); // passes 20 to 40
        Append(job, new Reading("c", 50, 32)); // passes 50, where a and b have not changed

        Assert.Equal([("a", 5), ("a", 13)], results.Committed.Where(r => r.Key == "a").Select(r => (r.Key, r.Sum)));
        Assert.Equal([("b", 2), ("b", 18), ("c", 32)], results.Committed.Where(r => r.Key != "a").Select(r => (r.Key, r.Sum)));
        Assert.Equal(5, Step(job).EarlyResults);
        job.Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_first_watermark_passes_no_multiple_nor_does_that_after_a_restart(bool ofSessions)
    {
        WindowSpec windows = ofSessions ? Session.WithGap(Ms(100)) : Tumbling.Every(Ms(100));
        var (job, results, _) = Start(windows, new Trigger { EarlyEvery = Ms(10) });
        Append(job, new Reading("a", 31, 1));
        Append(job, new Reading("a", 33, 2));
        Assert.Empty(results.Committed);
        job.Close();
        (job, results, _) = Start(windows, new Trigger { EarlyEvery = Ms(10) });
        Append(job, new Reading("a", 38, 4));
        Assert.Empty(results.Committed);
        Append(job, new Reading("a", 40, 8));

        Assert.Equal([("a", 15)], results.Committed.Select(r => (r.Key, r.Sum)));
        job.Close();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Late_records_give_results_until_the_allowed_lateness_is_over(int workers, bool discards)
    {
        var trigger = new Trigger { AllowedLateness = Ms(20), Discards = discards };
        var (job, results, late) = Start(Tumbling.Every(Ms(10)), trigger, workers);
        Append(job, new("a", 5, 1), new("b", 29, 2));
        Append(job, new("a", 6, 4), new("c", 7, 8), new("a", 8, 16));
        Append(job, new Reading("b", 30, 32));
        Append(job, new Reading("a", 9, 64));

        Assert.Equal(
            discards
                ? [("a", 1, Firing.OnTime), ("a", 4, Firing.Late), ("a", 16, Firing.Late), ("b", 2, Firing.OnTime), ("c", 8, Firing.Late)]
                : [("a", 1, Firing.OnTime), ("a", 5, Firing.Late), ("a", 21, Firing.Late), ("b", 2, Firing.OnTime), ("c", 8, Firing.Late)],
            results.Committed.Select(r => (r.Key, r.Sum, r.Window.Firing)).OrderBy(r => r.Key));
        Assert.Equal([64], late.Committed.Select(r => r.Value));
        Assert.Equal(3, Step(job).LateResults);
        job.Close();
    }

    [Fact]
    public void A_record_counts_in_those_of_its_windows_that_still_take_records()
    {
        var (job, results, _) = Start(Hopping.Of(Ms(30), every: Ms(10)), new Trigger { EarlyRecords = 100 });
        Append(job, new("b", 35, 1), new("a", 23, 2)); // then [0, 30) is closed, [10, 40) and [20, 50) are not
        Append(job, new Reading("a", 24, 4));
        Append(job, new Reading("b", 60, 8));

        Assert.Equal([(0, 2), (10, 6), (20, 6)], results.Committed.Where(r => r.Key == "a").Select(r => (r.Window.StartMs, r.Sum)));
        job.Close();
    }

    [Fact]
    public void A_session_that_was_over_and_takes_a_late_record_lives_on_and_ends_once_more()
    {
        var (job, results, _) = Start(Session.WithGap(Ms(10)), new Trigger { AllowedLateness = Ms(100) });
        Append(job, new("a", 0, 1), new("b", 15, 0));
        Append(job, new Reading("a", 8, 2));
        Append(job, new Reading("b", 20, 0));
        Append(job, new Reading("a", 3, 4));

        Assert.Equal(
            [(10, 1, Firing.OnTime), (18, 3, Firing.OnTime), (18, 7, Firing.Late)],
            results.Committed.Where(r => r.Key == "a").Select(r => (r.Window.EndMs, r.Sum, r.Window.Firing)));
        job.Close();
    }

    [Fact]
    public void A_global_window_gives_results_as_its_trigger_says_and_at_the_end()
    {
        var results = Harness.Run(
            Enumerable.Range(1, 5),
            s => s.Window(Global.Window, trigger: new Trigger { EarlyRecords = 2 })
            .Aggregate(a => a.Sum(x => x), (w, sum) => (w.Firing, sum)));

        Assert.Equal([(Firing.Early, 3), (Firing.Early, 10), (Firing.OnTime, 15)], results);
    }

    [Fact]
    public void A_global_window_reaches_from_the_oldest_to_the_newest_record()
        => Gen.Select(Reading.Disordered(DisorderMs), Restarted.Any).Sample(
            (readings, run) => Assert.Equal(
                readings.GroupBy(r => r.Sensor)
                    .Select(g => (g.Key, g.Min(r => r.TimeMs), g.Max(r => r.TimeMs) + 1, g.Sum(r => (long)r.Value))).Order(),
                run.Run(readings, s => Sums(Timed(s), Global.Window, null)).Select(r => (r.Key, r.Window.StartMs, r.Window.EndMs, r.Sum))
                    .Order()),
            iter: 20);

    [Fact]
    public void Shows_in_the_plan_and_is_refused_where_it_says_nothing()
    {
        var pipeline = new Pipeline("triggers");
        var keyed = pipeline.From(Source.Of([1])).KeyBy(x => x);
        keyed.Window(Counting.Every(3), "counting", new Trigger { EarlyRecords = 1 }).Aggregate(a => a.Count(), (_, _, n) => n)
            .To(Sink.Memory<long>());
        keyed.Window(Global.Window, "all", new Trigger { EarlyEvery = Ms(1) }).Aggregate(a => a.Count(), (_, _, n) => n)
            .To(Sink.Memory<long>("b"));

        var error = Assert.Throws<PlanException>(() => pipeline.Explain());

        Assert.Contains(
            "Window 'counting' (every 3 records) gives its results by itself. Leave its trigger out.", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("Window 'all' needs event time.", error.Message, StringComparison.Ordinal);

        pipeline = new Pipeline("shown");
        var trigger = new Trigger { EarlyEvery = Ms(1000), EarlyRecords = 5, AllowedLateness = Ms(2000), Discards = true };
        Sums(Timed(pipeline.From(Source.Of<Reading>([]))), Session.WithGap(Ms(1000)), trigger).To(Sink.Memory<Result>());
        Assert.Contains(
            "window (sessions with gap 00:00:01, early every 00:00:01, early every 5 records, lateness 00:00:02, discarding)",
            pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_senseless_values()
    {
        Assert.Equal("EarlyEvery", Assert.Throws<ArgumentOutOfRangeException>(() => new Trigger { EarlyEvery = TimeSpan.Zero }).ParamName);
        Assert.Equal("EarlyRecords", Assert.Throws<ArgumentOutOfRangeException>(() => new Trigger { EarlyRecords = 0 }).ParamName);
        Assert.Equal(
            "AllowedLateness", Assert.Throws<ArgumentOutOfRangeException>(() => new Trigger { AllowedLateness = Ms(-1) }).ParamName);
    }

    [Fact]
    public void Windows_of_the_same_bounds_are_equal_whatever_their_firing()
    {
        var early = new Window(0, 10) { Firing = Firing.Early, FiringIndex = 3 };

        Assert.Equal(new Window(0, 10), early);
        Assert.Equal(new Window(0, 10).GetHashCode(), early.GetHashCode());
        Assert.NotEqual(new Window(0, 11), early);
    }

    public sealed record Result(string Key, Window Window, long Sum);

    private static long Of(IEnumerable<Result> results, Trigger trigger) => trigger.Discards ? results.Sum(r => r.Sum) : results.Last().Sum;

    private static Stream<Result> Sums(KeyedStream<string, Reading> readings, WindowSpec windows, Trigger? trigger)
        => readings.Window(windows, trigger: trigger)
            .Aggregate(a => a.Sum(r => r.Value), (key, window, sum) => new Result(key, window, sum)).Values();

    private static KeyedStream<string, Reading> Timed(Stream<Reading> stream)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(AnnouncedMs)).KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static StepStatus Step(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "window-aggregate");

    private (SimulatedJob Job, MemorySink<Result> Results, MemorySink<Reading> Late) Start(
        WindowSpec windows, Trigger trigger, int workers = 1)
    {
        var results = Sink.Memory<Result>();
        var late = Sink.Memory<Reading>("late");
        var pipeline = new Pipeline("triggers");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(windows, out var lateStream, trigger: trigger)
            .Aggregate(a => a.Sum(r => r.Value), (key, window, sum) => new Result(key, window, sum)).To(results);
        lateStream.To(late);
        return (SimulatedJob.Start(pipeline, _log, workers), results, late);
    }

    private void Append(SimulatedJob job, params Reading[] readings)
    {
        _log.Append("readings", readings);
        job.RunUntilIdle();
        job.Checkpoint();
    }
}
