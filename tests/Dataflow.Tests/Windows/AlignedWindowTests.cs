using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

/// <summary>The windows that have the same bounds for all keys, beside the plain tumbling and hopping ones.</summary>
public class AlignedWindowTests
{
    private const long LatenessMs = 60;

    [Fact]
    public void Cumulating_windows_agree_with_LINQ_through_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[1, 60], Gen.Long[1, 6], Gen.Long[-100, 100], Restarted.Any).Sample(
            (readings, step, steps, offset, run) => Check(
                readings, run, Cumulating.Of(Ms(step * steps), every: Ms(step), Ms(offset)),
                time =>
                {
                    var start = Floor(time - offset, step * steps) + offset;
                    return Enumerable.Range(1, (int)steps).Select(i => new Window(start, start + (i * step))).Where(w => time < w.EndMs);
                }),
            iter: 60);

    [Fact]
    public void Windows_of_several_lengths_agree_with_LINQ_through_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[10, 30], Gen.Long[0, 40].HashSet[1, 3], Restarted.Any).Sample(
            (readings, step, longer, run) => Check(
                readings, run, Hopping.Of([.. longer.Select(by => Ms(step + by))], every: Ms(step)),
                time => longer.SelectMany(by => Windows(time, step + by, step, 0))),
            iter: 60);

    [Fact]
    public void Windows_with_an_offset_agree_with_LINQ()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[10, 90], Gen.Long[-100, 100], Restarted.Any).Sample(
            (readings, size, offset, run) => Check(
                readings, run, Tumbling.Every(Ms(size), Ms(offset)), time => Windows(time, size, size, offset)),
            iter: 30);

    [Fact]
    public void Windows_of_a_stream_without_keys_agree_with_LINQ_through_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[1, 30], Gen.Long[1, 4], Restarted.Any).Sample(
            (readings, every, steps, run) =>
            {
                var size = every * steps;
                var results = run.Run(readings, s => s.WithEventTime(r => r.TimeMs, Ms(LatenessMs)).Window(Hopping.Of(Ms(size), Ms(every)))
                    .Aggregate(a => (a.Count(), a.Max(r => r.Value)), (window, n, max) => (window.StartMs, window.EndMs, n, max)));
                var expected = readings.SelectMany(r => Windows(r.TimeMs, size, every, 0), (r, w) => (r, w))
                    .GroupBy(x => x.w, x => x.r.Value)
                    .Select(g => (g.Key.StartMs, g.Key.EndMs, (long)g.Count(), g.Max()));
                Assert.Equal(expected.Order(), results.Order());
            },
            iter: 40);

    [Fact]
    public void Late_records_of_a_stream_without_keys_can_be_had()
    {
        var late = Sink.Memory<int>("late");
        var pipeline = new Pipeline("all");
        pipeline.From(Source.Of(Enumerable.Range(0, 3000).Append(5))).WithEventTime(n => (long)n)
            .Window(Tumbling.Every(Ms(10)), out var lateStream).Aggregate(a => a.Count(), (_, n) => n).To(Sink.Memory<long>());
        lateStream.To(late);

        Assert.Equal([5], Harness.Run(pipeline, late));
    }

    [Fact]
    public void Of_windows_that_end_together_the_shortest_comes_first()
    {
        var results = Harness.Run(
            [new Reading("a", 5, 1), new Reading("a", 15, 2)],
            s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Window(Hopping.Of([Ms(20), Ms(10)], every: Ms(10)))
                .Aggregate(a => a.Sum(r => r.Value), (_, w, sum) => (w.StartMs, w.EndMs, sum)));

        Assert.Equal([(0, 10, 1), (-10, 10, 1), (10, 20, 2), (0, 20, 3), (10, 30, 2)], results);
    }

    [Fact]
    public void Cumulating_windows_keep_one_pane_of_what_they_have_handed_out()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("cumulating");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Cumulating.Of(Ms(100), every: Ms(10))).Aggregate(a => a.Count(), (_, w, n) => (w.EndMs, n))
            .To(Sink.Memory<(long, long)>());
        log.Append("readings", Enumerable.Range(0, 95).Select(i => new Reading("a", i, 1)));
        var job = SimulatedJob.Start(pipeline, log);

        job.RunUntilIdle();

        Assert.Equal(2, job.Status.Steps.Single(step => step.Name == "window-aggregate").OpenWindows);
        job.Close();
    }

    [Fact]
    public void Refuse_what_makes_no_sense_and_say_what_they_are()
    {
        Assert.Equal("every", Assert.Throws<ArgumentOutOfRangeException>(() => Cumulating.Of(Ms(10), Ms(3))).ParamName);
        Assert.Equal("sizes", Assert.Throws<ArgumentException>(() => Hopping.Of([], Ms(3))).ParamName);
        Assert.Equal("sizes", Assert.Throws<ArgumentException>(() => Hopping.Of([Ms(3), Ms(3)], Ms(3))).ParamName);
        Assert.Equal("every", Assert.Throws<ArgumentOutOfRangeException>(() => Hopping.Of([Ms(3), Ms(2)], Ms(3))).ParamName);
        Assert.Equal("offset", Assert.Throws<ArgumentOutOfRangeException>(() => Tumbling.Every(Ms(3), TimeSpan.FromTicks(1))).ParamName);
        Assert.Equal("cumulating 1.00:00:00 every 01:00:00 from 06:00:00", Cumulating.Of(Hours(24), Hours(1), Hours(6)).ToString());
        Assert.Equal("hopping 01:00:00, 1.00:00:00 every 00:30:00", Hopping.Of([Hours(24), Hours(1)], Hours(0.5)).ToString());
        Assert.Equal("tumbling 1.00:00:00 from -02:00:00", Tumbling.Every(Hours(24), Hours(-2)).ToString());
    }

    private static void Check(Reading[] readings, Restarted run, WindowSpec windows, Func<long, IEnumerable<Window>> windowsOf)
    {
        var results = run.Run(
            readings, s => s.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(LatenessMs)).KeyBy(r => r.Sensor).Window(windows)
            .Aggregate(a => (a.Count(), a.Sum(r => r.Value)), (key, w, n, sum) => (key, w.StartMs, w.EndMs, n, sum)).Values());
        var expected = readings.SelectMany(r => windowsOf(r.TimeMs), (r, w) => (Reading: r, Window: w))
            .GroupBy(x => (x.Reading.Sensor, x.Window), x => (long)x.Reading.Value)
            .Select(g => (g.Key.Sensor, g.Key.Window.StartMs, g.Key.Window.EndMs, (long)g.Count(), g.Sum()));
        Assert.Equal(expected.Order(), results.Order());
    }

    private static IEnumerable<Window> Windows(long time, long size, long every, long offset)
    {
        for (var start = Floor(time - offset, every) + offset; start > time - size; start -= every) yield return new(start, start + size);
    }

    private static long Floor(long value, long unit) => (long)Math.Floor((double)value / unit) * unit;

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static TimeSpan Hours(double hours) => TimeSpan.FromHours(hours);
}
