using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

public class SlidingTests
{
    private const long LatenessMs = 60;

    [Fact]
    public void Agree_with_LINQ_on_disordered_input_through_restarts()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Long[1, 500], Restarted.Any).Sample(
            (readings, size, run) =>
            {
                var results = run.Run(readings, s => Timed(s).Window(Sliding.Over(Ms(size))).Aggregate(
                    a => (a.Count(), a.Sum(r => r.Value), a.Max(r => r.Value)),
                    (key, w, n, sum, max) => (key, w.StartMs, w.EndMs, n, sum, max)).Values());
                Assert.Equal(Model(readings, size).Order(), results.Order());
            },
            iter: 60);

    [Fact]
    public void Give_one_result_for_each_record_in_the_order_of_time()
    {
        Reading[] readings = [new("a", 10, 1), new("a", 30, 2), new("a", 20, 4), new("b", 25, 8), new("a", 30, 16)];

        var results = Harness.Run(
            readings,
            s => Timed(s).Window(Sliding.Over(Ms(20))).Aggregate(a => a.Sum(r => r.Value), (key, w, sum) => (key, w.EndMs - 1, sum)));

        Assert.Equal([("a", 10, 1), ("a", 20, 5), ("b", 25, 8), ("a", 30, 22), ("a", 30, 22)], results);
    }

    [Fact]
    public void Wait_for_the_watermark_and_then_forget_what_no_window_reaches()
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<long>();
        var late = Sink.Memory<Reading>("late");
        var pipeline = new Pipeline("sliding");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Sliding.Over(Ms(20)), out var lateStream)
            .Aggregate(a => a.Sum(r => r.Value), (_, _, sum) => sum).To(results);
        lateStream.To(late);
        log.Append("readings", [new Reading("a", 10, 1), new Reading("a", 11, 2)]);
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal([1], results.Committed);
        Assert.Equal(2, job.Status.StateEntries);

        log.Append("readings", [new Reading("a", 10, 4), new Reading("b", 31, 0)]);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal([1, 3], results.Committed);
        Assert.Equal(1, job.Status.StateEntries); // of b
        Assert.Equal([4], late.Committed.Select(r => r.Value));
        job.Close();
    }

    [Fact]
    public void Totals_agree_with_LINQ()
        => Gen.Select(Gen.Int[1, 5], Gen.Int[-9, 9]).Array.Sample((steps) =>
        {
            var total = new SlidingTotalOfLists();
            var values = new List<(long Time, int Value)>();
            var now = 0L;
            foreach (var (step, value) in steps)
            {
                now += step;
                values.Add((now, value));
                total.RemoveUpTo(now - 8);
                total.Add(now, value);
                if (!values.Where(v => v.Time > now - 8).Select(v => v.Value).SequenceEqual(total.Values)) return false;
            }

            return true;
        });

    [Fact]
    public void Says_what_it_is()
    {
        Assert.Equal("sliding 00:00:10", Sliding.Over(TimeSpan.FromSeconds(10)).ToString());
        Assert.Equal("size", Assert.Throws<ArgumentOutOfRangeException>(() => Sliding.Over(TimeSpan.Zero)).ParamName);
    }

    private static IEnumerable<(string, long, long, long, long, int)> Model(Reading[] readings, long size)
        => readings.Select(r =>
        {
            var window = readings.Where(o => o.Sensor == r.Sensor && o.TimeMs > r.TimeMs - size && o.TimeMs <= r.TimeMs)
                .Select(o => o.Value).ToList();
            return (r.Sensor, r.TimeMs - size + 1, r.TimeMs + 1, (long)window.Count, window.Sum(v => (long)v), window.Max());
        });

    private static KeyedStream<string, Reading> Timed(Stream<Reading> stream)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(LatenessMs)).KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private sealed class SlidingTotalOfLists
    {
        private readonly Dataflow.Windows.SlidingTotal<List<int>> _total = new(
            () => [], (ref List<int> into, in List<int> other) => into.AddRange(other));

        public IEnumerable<int> Values => _total.Total();

        public void Add(long time, int value) => _total.Add(time, [value], records: 1);

        public void RemoveUpTo(long time) => _total.RemoveUpTo(time);
    }
}
