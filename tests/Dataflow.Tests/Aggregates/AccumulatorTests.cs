using CsCheck;
using Dataflow.Testing;
using Dataflow.Tests.Windows;
using MessagePack;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

/// <summary>Accumulators as state: how they are written, and that jobs which stop in the middle carry on with them.</summary>
public class AccumulatorTests
{
    [Theory]
    [InlineData("tumbling")]
    [InlineData("hopping")]
    [InlineData("session")]
    [InlineData("counting")]
    public void A_restart_changes_no_result(string kind)
    {
        var windows = kind switch
        {
            "tumbling" => Tumbling.Every(Ms(100)),
            "hopping" => Hopping.Of(Ms(150), every: Ms(50)),
            "session" => Session.WithGap(Ms(30)),
            _ => Counting.Of(6, every: 4),
        };
        Gen.Select(Reading.Disordered(60), Restarted.InOrder).Sample(
            (readings, run) => Assert.Equal(
                Harness.Run(readings, s => Summaries(s, windows)).Order(StringComparer.Ordinal),
                run.Run(readings, s => Summaries(s, windows)).Order(StringComparer.Ordinal)),
            iter: 20);
    }

    [Fact]
    public void Eight_aggregates_in_one_pass_agree_with_LINQ()
        => Gen.Select(Reading.Disordered(60), Gen.Int[1, 3]).Sample(
            (readings, workers) =>
            {
                var results = Harness.Run(readings, s => Summaries(s, Tumbling.Every(Ms(100))), workers);
                var expected = readings.GroupBy(r => (r.Sensor, Start: (long)Math.Floor(r.TimeMs / 100.0) * 100)).Select(g => Text(
                    g.Key.Sensor, g.Key.Start, g.Count(),
                    [g.Select(r => r.Value).Distinct().Count(), g.Where(r => r.Value > 0).Select(r => r.Value).Distinct().Count()],
                    [.. g.OrderByDescending(r => r.Value).Take(3)], [.. g.TakeLast(2).Select(r => r.Value)], g.First().Value,
                    [.. g.Where(r => r.Value == g.Min(x => x.Value))], g.LongCount(r => r.Value >= 0), g.Max(r => r.TimeMs)));
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void Sessions_that_join_while_they_wait_to_be_written_are_written_as_they_were()
    {
        const int Sensors = 3_000; // two sessions each: more than are written between two batches
        var readings = new[] { 0, 100, 50 }
            .SelectMany(time => Enumerable.Range(0, Sensors).Select(i => new Reading($"s{i}", time, time))).ToArray();
        using var log = SimulatedJob.OpenLog();
        log.Append("readings", readings);
        var results = Sink.Memory<string>();
        var pipeline = new Pipeline("sessions");
        pipeline.From(Topic.Of<Reading>("readings").StopAtEnd()).WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(200))
            .KeyBy(r => r.Sensor).Window(Session.WithGap(Ms(60)))
            .Aggregate(a => a.Collect(10, r => r.Value), (_, _, values) => string.Join(' ', values.Values)).Values().To(results);

        var job = SimulatedJob.Start(pipeline, log);
        while (job.Status.RecordsRead < 2 * Sensors) job.Step();
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        SimulatedJob.Start(pipeline, log).Run();

        Assert.Equal(Enumerable.Repeat("0 100 50", Sensors), results.Committed);
    }

    [Fact]
    public void What_is_written_stays_as_it_is()
    {
        var (a, t) = (new Aggregates<int>(), new TableAggregates<int>());

        Assert.Equal("9301C4080200000001000000C400", Hex(a.CountDistinct(x => x), 1, 2, 2));
        Assert.Equal("930191A132C400", Hex(a.CountDistinct(x => $"{x}"), 2, 2));
        Assert.Equal("9302C4080200000001000000C4020301", Hex(a.CountDistinct(x => x, _ => true, x => x > 1), 1, 2));
        Assert.Equal("93019192A13200C40402000000", Hex(t.CountDistinct(x => $"{x}"), 2, 2));
        Assert.Equal("C40C010000000200000002000000", Hex(t.Min(x => x), 2, 1, 2));
        Assert.Equal("93A132A132A131", Hex(t.Max(x => $"{x}"), 2, 1, 2));
        Assert.Equal("9301923702923701", Hex(a.Quantile(x => x, 0.5), 0, 3, 3, -3));
        Assert.Equal("C410028F0F000000000000000000015F0E00", Hex(a.ApproximateCountDistinct(x => x), 1, 2));
        Assert.Equal("920302", Hex(a.Last(2, x => x), 1, 3, 2));
        Assert.Equal("920302", Hex(a.Top(2, x => x), 1, 3, 2));
        Assert.Equal("9292010301", Hex(a.Collect(2, x => x), 1, 3, 2));
        Assert.Equal("93000102", Hex(a.Histogram(x => x, 1, 2), 1, 3, 2));
    }

    [Fact]
    public void An_accumulator_that_is_not_there_yet_can_be_written()
    {
        Assert.Null(Written<DistinctValues<int>?>(null));
        Assert.Null(Written<DistinctRows<string>?>(null));
        Assert.Null(Written<SortedValues<int>?>(null));
        Assert.Null(Written<QuantileSketch?>(null));
    }

    [Fact]
    public void No_accumulator_or_other_state_is_public_for_its_serializer()
        => Assert.Equal(
            [typeof(CategoryDistribution), typeof(Distribution)], // which users keep themselves
            typeof(Pipeline).Assembly.GetExportedTypes()
                .Where(type => type.GetCustomAttributes(inherit: false)
                    .Any(of => of is MessagePackObjectAttribute or MessagePackFormatterAttribute))
                .OrderBy(type => type.Name, StringComparer.Ordinal));

    private static Stream<string> Summaries(Stream<Reading> stream, WindowSpec windows)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: Ms(60)).KeyBy(r => r.Sensor).Window(windows).Aggregate(
            a => (a.Count(), a.CountDistinct(r => r.Value, _ => true, r => r.Value > 0), a.Top(3, r => r.Value), a.Last(2, r => r.Value),
                a.First(r => r.Value), a.AllMinBy(r => r.Value), a.Count(r => r.Value >= 0), a.Max(r => r.TimeMs)),
            (sensor, window, count, distinct, top, last, first, least, positive, latest)
                => Text(sensor, window.StartMs, count, distinct, top, last, first, least, positive, latest)).Values();

    private static string Text(
        string sensor, long start, long count, IEnumerable<long> distinct, IEnumerable<Reading> top, IEnumerable<int> last, int first,
        IEnumerable<Reading> least, long positive, long latest)
        => $"{sensor} {start}: {count} | {string.Join(' ', distinct)} | {string.Join(' ', top)} | {string.Join(' ', last)} | {first} | "
            + $"{string.Join(' ', least)} | {positive} {latest}";

    private static string Hex<T, TR>(Aggregation<T, TR> aggregation, params T[] values) => aggregation.Accept(new Written<T, TR>(values));

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>The accumulator of some values as it is written.</summary>
    private sealed class Written<T, TR>(T[] values) : IAggregationVisitor<T, TR, string>
    {
        public string Visit<TA>(Aggregation<T, TA, TR> aggregation) => Convert.ToHexString(Bytes(Sum(aggregation, values)).Span);
    }
}
