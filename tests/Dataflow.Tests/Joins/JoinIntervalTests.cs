using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Joins;

public sealed class JoinIntervalTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Agrees_with_LINQ_on_any_two_streams()
        => Gen.Select(TwoStreams.Any, Bounds).Sample(
            (streams, bounds) =>
            {
                var results = streams.Run((l, r) => l.JoinInterval(r, Ms(bounds.Lower), Ms(bounds.Upper), Pair).Values());
                Assert.Equal(Pairs(streams, _ => bounds).Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void Agrees_with_LINQ_where_each_left_record_says_how_long_it_waits()
        => Gen.Select(TwoStreams.Any, Gen.Long[-60, 10]).Sample(
            (streams, lower) =>
            {
                var results = streams.Run((l, r) => l
                    .LeftJoinInterval(r, Ms(lower), reading => Ms(reading.Value), Ms(100), Pair).Values());
                var expected = Pairs(streams, l => (lower, l.Value), lefts: true);
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void Outer_joins_agree_with_LINQ()
        => Gen.Select(TwoStreams.Any, Bounds, Gen.Bool, Gen.Bool).Sample(
            (streams, bounds, lefts, rights) =>
            {
                var (lower, upper) = (Ms(bounds.Lower), Ms(bounds.Upper));
                var results = streams.Run((l, r) => (lefts, rights) switch
                {
                    (true, true) => l.OuterJoinInterval(r, lower, upper, Pair).Values(),
                    (true, false) => l.LeftJoinInterval(r, lower, upper, Pair).Values(),
                    (false, true) => l.RightJoinInterval(r, lower, upper, Pair).Values(),
                    _ => l.JoinInterval(r, lower, upper, Pair).Values(),
                });
                var expected = Pairs(streams, _ => bounds, lefts, rights);
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void Counts_each_record_that_never_had_a_partner_on_either_side()
        => Gen.Select(TwoStreams.Any.Select(streams => streams with { Steps = 0 }), Bounds).Sample(
            (streams, bounds) =>
            {
                streams.Run((l, r) => l.JoinInterval(r, Ms(bounds.Lower), Ms(bounds.Upper), Pair).Values(), out var status);
                var lefts = Pairs(streams, _ => bounds, lefts: true).Count(text => text.EndsWith('-'));
                var rights = Pairs(streams, _ => bounds, rights: true).Count(text => text.StartsWith('-'));
                var step = status.Steps.Single(step => step.Name == "join-interval");
                Assert.Equal(
                    [new("left without partner", lefts), new UnmatchedReason("right without partner", rights)], step.UnmatchedReasons);
                Assert.Equal(lefts + rights, step.Unmatched);
                Assert.Equal(0, step.Late);
                Assert.Equal(0, status.StateEntries);
            },
            iter: 20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Joins_at_once_drops_what_is_late_and_forgets_what_no_partner_can_meet(int workers)
    {
        var results = Sink.Memory<string>();
        var pipeline = new Pipeline("orders");
        Timed(pipeline, "orders").LeftJoinInterval(Timed(pipeline, "payments"), Ms(0), Ms(100), Pair).Values().To(results);
        _log.Append("orders", [new Reading("a", 1000, 1), new Reading("a", 1050, 2)]);
        _log.Append("payments", [new Reading("a", 1100, 3)]);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(["a@1000=1 a@1100=3", "a@1050=2 a@1100=3"], results.Committed.Order(StringComparer.Ordinal));

        AppendTo("payments", new Reading("a", 1099, 5)); // the watermark is 1050, that of the orders
        AppendTo("orders", new Reading("a", 1200, 4));
        AppendTo("payments", new Reading("a", 1400, 6));
        AppendTo("orders", new Reading("a", 1400, 7));
        AppendTo("orders", new Reading("a", 1399, 8)); // late
        job.Checkpoint();

        Assert.Equal(
            ["a@1000=1 a@1099=5", "a@1000=1 a@1100=3", "a@1050=2 a@1099=5", "a@1050=2 a@1100=3", "a@1200=4 -", "a@1400=7 a@1400=6"],
            results.Committed.Order(StringComparer.Ordinal));
        var step = job.Status.Steps.Single(step => step.Name == "join-interval");
        Assert.Equal((1, 1, 1400), (step.Late, step.Unmatched, step.WatermarkMs));
        Assert.Equal(2, job.Status.StateEntries);
        job.Close();

        void AppendTo(string topic, Reading reading)
        {
            _log.Append(topic, [reading]);
            job.RunUntilIdle();
        }
    }

    [Fact]
    public void A_pair_has_the_later_time_and_one_without_partner_is_never_late_for_what_follows()
    {
        Reading[] lefts = [new("a", 0, 1), new("a", 995, 2), new("b", 3, 3)];
        Reading[] rights = [new("a", 8, 4), new("a", 990, 5)];
        var streams = new TwoStreams(lefts, rights, Partitions: 1, Before: 2, After: 1, Steps: 0);

        var counts = streams.Run(
            (l, r) => l.OuterJoinInterval(r, Ms(-10), Ms(10), Pair).Window(Tumbling.Every(Ms(20)))
                .Aggregate(a => a.Count(), (key, window, n) => (key, window.StartMs, n)).Values(),
            out var status);

        Assert.Equal([("a", 0, 1), ("a", 980, 1), ("b", 0, 1)], counts.Order());
        Assert.Equal(0, status.Steps.Sum(step => step.Late));
    }

    [Fact]
    public void A_hot_key_is_looked_through_only_near_the_time_that_is_asked_for()
    {
        const int Count = 20_000;
        var results = Sink.Memory<int>();
        var pipeline = new Pipeline("hot");
        var readings = Enumerable.Range(0, Count).Select(i => new Reading("a", i, i)).ToList();
        var lefts = Timed(pipeline.From(Source.Of(readings, "lefts")), "left-time", lateness: Count);
        var rights = Timed(pipeline.From(Source.Of(readings, "rights")), "right-time", lateness: Count);
        lefts.JoinInterval(rights, Ms(0), Ms(1), (l, r) => l.Value + r.Value).Values().To(results);

        Assert.Equal((2 * Count) - 1, Harness.Run(pipeline, results).Count);
    }

    [Fact]
    public void Shows_its_bounds_in_the_plan()
    {
        var pipeline = new Pipeline("orders");
        Timed(pipeline, "orders").LeftJoinInterval(Timed(pipeline, "payments"), Ms(-5), _ => Ms(1), Ms(100), Pair)
            .Values().To(Sink.Memory<string>());

        Assert.Contains(
            "join-interval (right from -00:00:00.0050000 to at most 00:00:00.1000000, outer left)",
            pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Needs_event_time_on_both_streams()
    {
        var pipeline = new Pipeline("orders");
        var untimed = pipeline.From(Source.Of([new Reading("a", 1, 2)], "payments")).KeyBy(r => r.Sensor);
        Timed(pipeline, "orders").JoinInterval(untimed, Ms(0), Ms(1), Pair).Values().To(Sink.Memory<string>());

        var error = Assert.Throws<PlanException>(() => pipeline.Explain());
        Assert.Equal(
            ["Join 'join-interval' needs event time on both streams. Add WithEventTime(...) before KeyBy."], error.Faults);
    }

    [Fact]
    public void Refuses_bounds_that_no_pair_can_keep()
    {
        var pipeline = new Pipeline("orders");
        var (left, right) = (Timed(pipeline, "orders"), Timed(pipeline, "payments"));
        Assert.Throws<ArgumentOutOfRangeException>(() => left.JoinInterval(right, Ms(2), Ms(1), Pair));
        Assert.Throws<ArgumentOutOfRangeException>(() => left.JoinInterval(right, Ms(2), _ => Ms(3), Ms(1), Pair));
        Assert.Throws<ArgumentOutOfRangeException>(() => left.JoinInterval(right, TimeSpan.Zero, TimeSpan.FromTicks(1), Pair));
        Assert.Throws<ArgumentNullException>(() => left.JoinInterval(right, Ms(0), Ms(1), (Func<Reading, Reading, int>)null!));
    }

    [Fact]
    public void Stops_where_a_users_function_fails_or_a_bound_is_above_the_stated_maximum()
    {
        var streams = new TwoStreams([new("a", 0, 1)], [new("a", 0, 2)], 1, 1, 1, Steps: 0);

        var failed = Assert.Throws<OperatorException>(() => streams.Run(
            (l, r) => l.JoinInterval(r, Ms(0), Ms(1), int (_, _) => throw new InvalidOperationException("No.")).Values()));
        var unbounded = Assert.Throws<OperatorException>(() => streams.Run(
            (l, r) => l.JoinInterval(r, Ms(0), _ => Ms(2), Ms(1), Pair).Values()));

        Assert.Equal("join-interval", failed.Step);
        Assert.Equal("lefts[0]", unbounded.Split);
        Assert.Contains(
            "upper bound is 00:00:00.0020000, which is more than maxUpper, 00:00:00.0010000", unbounded.Message, StringComparison.Ordinal);
    }

    private static Gen<(long Lower, long Upper)> Bounds { get; } =
        Gen.Select(Gen.Long[-150, 150], Gen.Long[0, 150]).Select((lower, length) => (lower, lower + length));

    private static IEnumerable<string> Pairs(
        TwoStreams streams, Func<Reading, (long Lower, long Upper)> bounds, bool lefts = false, bool rights = false)
    {
        var pairs = streams.Lefts.Index().SelectMany(
            l => streams.Rights.Index().Where(r => ArePartners(l.Item, r.Item, bounds(l.Item))), (l, r) => (Left: l, Right: r)).ToList();
        return pairs.Select(pair => Pair(pair.Left.Item, pair.Right.Item))
            .Concat(streams.Lefts.Index().Where(l => lefts && !pairs.Exists(p => p.Left == l)).Select(l => Pair(l.Item, null)))
            .Concat(streams.Rights.Index().Where(r => rights && !pairs.Exists(p => p.Right == r)).Select(r => Pair(null, r.Item)));
    }

    private static bool ArePartners(Reading left, Reading right, (long Lower, long Upper) bounds)
        => left.Sensor == right.Sensor && right.TimeMs - left.TimeMs >= bounds.Lower && right.TimeMs - left.TimeMs <= bounds.Upper;

    private static string Pair(Reading? left, Reading? right) => $"{Text(left)} {Text(right)}";

    private static string Text(Reading? reading) => reading is null ? "-" : $"{reading.Sensor}@{reading.TimeMs}={reading.Value}";

    private static KeyedStream<string, Reading> Timed(Pipeline pipeline, string topic)
        => Timed(pipeline.From(Topic.Of<Reading>(topic)), $"{topic}-time");

    private static KeyedStream<string, Reading> Timed(Stream<Reading> readings, string name, long lateness = 0)
        => readings.WithEventTime(r => r.TimeMs, Ms(lateness), name: name).KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
