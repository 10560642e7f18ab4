using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

/// <summary>Windows against LINQ: for input no later than announced, each key and window gets what GroupBy gives.</summary>
public class WindowAggregateTests
{
    private const long LatenessMs = 60;

    [Fact]
    public void Tumbling_windows_agree_with_LINQ() => AgreesWithLinq(Gen.Select(Gen.Long[1, 200], Gen.Const(1L)));

    [Fact]
    public void Hopping_windows_agree_with_LINQ() => AgreesWithLinq(Gen.Select(Gen.Long[1, 60], Gen.Long[2, 6]));

    [Fact]
    public void Hopping_windows_whose_step_does_not_divide_their_size_agree_with_LINQ()
    {
        var window = Hopping.Of(Ms(70), every: Ms(30));
        Reading.Disordered(LatenessMs).Sample(readings => Check(readings, window, 70, 30, workers: 2), iter: 40);
    }

    [Fact]
    public void Aggregates_of_a_users_own_agree_with_LINQ()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[1, 3]).Sample(
            (readings, workers) =>
            {
                var results = Harness.Run(
                    readings,
                    s => Timed(s).Window(Hopping.Of(Ms(100), every: Ms(50)))
                        .Aggregate(_ => new SortedValues(), (key, window, values) => $"{key} {window.StartMs}: {values}"),
                    workers);
                var expected = Model(readings, 100, 50)
                    .Select(g => $"{g.Key.Sensor} {g.Key.StartMs}: {string.Join(' ', g.Select(r => r.Value).Order())}");
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 40);

    [Fact]
    public void Results_of_a_window_come_after_those_of_all_that_end_before()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[1, 3]).Sample(
            (readings, workers) =>
            {
                var ends = Harness.Run(
                    readings,
                    s => Timed(s).Window(Hopping.Of(Ms(90), every: Ms(30)))
                        .Aggregate(a => a.Count(), (key, window, _) => (Key: key, window.EndMs)),
                    workers);
                foreach (var key in ends.GroupBy(r => r.Key)) Assert.Equal(key.Select(r => r.EndMs).Order(), key.Select(r => r.EndMs));
            },
            iter: 30);

    [Fact]
    public void Bounds_are_whole_multiples_of_the_step_also_before_the_epoch()
    {
        Reading[] readings = [new("a", -1, 0), new("a", 0, 0), new("a", -10, 0), new("a", -11, 0), new("a", 9, 0), new("a", 10, 0)];

        var windows = Harness.Run(
            readings,
            s => Timed(s).Window(Tumbling.Every(Ms(10))).Aggregate(a => a.Count(), (_, w, n) => (w.StartMs, w.EndMs, n)));

        Assert.Equal([(-20, -10, 1), (-10, 0, 2), (0, 10, 2), (10, 20, 1)], windows);
    }

    [Fact]
    public void Every_hopping_window_that_holds_a_record_gives_a_result()
    {
        var windows = Harness.Run(
            [new Reading("a", -5, 0)],
            s => Timed(s).Window(Hopping.Of(Ms(20), every: Ms(10))).Aggregate(a => a.Count(), (_, w, n) => (w.StartMs, w.EndMs, n)));

        Assert.Equal([(-20, 0, 1), (-10, 10, 1)], windows);
    }

    [Fact]
    public void The_timestamp_of_a_result_is_the_last_millisecond_of_its_window()
    {
        var results = Harness.Run(
            [new Reading("a", 3, 7), new Reading("a", 12, 8)],
            s => Timed(s).Window(Tumbling.Every(Ms(10))).Aggregate(a => a.Sum(r => r.Value), (key, _, sum) => sum)
                .Window(Tumbling.Every(Ms(20)), name: "outer").Aggregate(a => a.Sum(sum => sum), (_, w, sum) => (w.StartMs, sum)));

        Assert.Equal([(0, 15)], results);
    }

    private static void AgreesWithLinq(Gen<(long EveryMs, long Steps)> windows)
        => Gen.Select(Reading.Disordered(LatenessMs), windows, Gen.Int[1, 3]).Sample(
            (readings, window, workers) =>
            {
                var sizeMs = window.EveryMs * window.Steps;
                var spec = window.Steps == 1 ? Tumbling.Every(Ms(sizeMs)) : Hopping.Of(Ms(sizeMs), Ms(window.EveryMs));
                Check(readings, spec, sizeMs, window.EveryMs, workers);
            },
            iter: 60);

    private static void Check(Reading[] readings, WindowSpec spec, long sizeMs, long everyMs, int workers)
    {
        var results = Harness.Run(readings, s => CountSumMinMax(s, spec), workers);
        var means = Harness.Run(readings, s => MeanAndSum(s, spec), workers);

        var groups = Model(readings, sizeMs, everyMs).ToList();
        Assert.Equal(
            groups.Select(
                g => new Stats(
                g.Key.Sensor, g.Key.StartMs, g.Key.StartMs + sizeMs, g.Count(), g.Sum(r => (long)r.Value), g.Min(r => r.Value),
                g.Max(r => r.Value))).ToHashSet(),
            results.ToHashSet());
        Assert.Equal(groups.Count, results.Count);
        Assert.Equal(groups.Count, means.Count);
        foreach (var (group, mean) in Paired(groups, means))
        {
            Assert.Equal(group.Average(r => r.Value), mean.Mean, 9);
            Assert.Equal(group.Sum(r => r.Value / 2.0), mean.HalfSum, 9);
        }
    }

    private static IEnumerable<(IGrouping<(string Sensor, long StartMs), Reading> Group, Means Mean)> Paired(
        List<IGrouping<(string Sensor, long StartMs), Reading>> groups, IReadOnlyList<Means> means)
        => groups.Join(means, g => g.Key, m => (m.Sensor, m.StartMs), (g, m) => (g, m));

    private static KeyedStream<string, Stats> CountSumMinMax(Stream<Reading> stream, WindowSpec spec)
        => Timed(stream).Window(spec).Aggregate(
            a => (a.Count(), a.Sum(r => r.Value), a.Min(r => r.Value), a.Max(r => r.Value)),
            (key, window, count, sum, min, max) => new Stats(key, window.StartMs, window.EndMs, count, sum, min, max));

    private static KeyedStream<string, Means> MeanAndSum(Stream<Reading> stream, WindowSpec spec)
        => Timed(stream).Window(spec).Aggregate(
            a => (a.Mean(r => r.Value), a.Sum(r => r.Value / 2.0)),
            (key, window, mean, sum) => new Means(key, window.StartMs, mean, sum));

    private static IEnumerable<IGrouping<(string Sensor, long StartMs), Reading>> Model(
        IEnumerable<Reading> readings, long sizeMs, long everyMs)
        => readings.SelectMany(r => StartsOf(r.TimeMs, sizeMs, everyMs), (r, start) => (Reading: r, Start: start))
            .GroupBy(x => (x.Reading.Sensor, x.Start), x => x.Reading);

    private static IEnumerable<long> StartsOf(long time, long sizeMs, long everyMs)
    {
        for (var start = (long)Math.Floor((double)time / everyMs) * everyMs; start > time - sizeMs; start -= everyMs) yield return start;
    }

    private static KeyedStream<string, Reading> Timed(Stream<Reading> stream)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(LatenessMs)).KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private sealed record Stats(string Sensor, long StartMs, long EndMs, long Count, long Sum, int Min, int Max);

    private sealed record Means(string Sensor, long StartMs, double Mean, double HalfSum);

    /// <summary>An aggregate with an accumulator of references, which MessagePack writes.</summary>
    private sealed class SortedValues : Aggregation<Reading, List<int>, string>
    {
        public override string Name => "sorted values";

        public override List<int> Create() => [];

        public override void Add(ref List<int> accumulator, in Reading value) => accumulator.Add(value.Value);

        public override void Merge(ref List<int> accumulator, in List<int> other) => accumulator.AddRange(other);

        public override string Result(in List<int> accumulator) => string.Join(' ', accumulator.Order());
    }
}
