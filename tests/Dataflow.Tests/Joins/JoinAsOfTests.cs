using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Joins;

public class JoinAsOfTests
{
    [Fact]
    public void Agrees_with_LINQ_on_any_two_streams()
        => Gen.Select(TwoStreams.Any, Gen.Long[0, 200], Gen.Bool, Gen.Bool).Sample(
            (streams, toleranceMs, isBounded, isLeft) =>
            {
                streams = streams with { Rights = [.. streams.Rights.DistinctBy(r => (r.Sensor, r.TimeMs))] };
                TimeSpan? tolerance = isBounded ? Ms(toleranceMs) : null;
                var results = streams.Run((l, r) => isLeft
                    ? l.LeftJoinAsOf(r, Pair, tolerance).Values()
                    : l.JoinAsOf(r, Pair, tolerance).Values());
                var expected = Pairs(streams, isBounded ? toleranceMs : long.MaxValue)
                    .Where(pair => isLeft || pair.Right is not null).Select(pair => Pair(pair.Left, pair.Right));
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 20);

    [Fact]
    public void Results_of_a_key_are_in_the_order_of_time_and_those_without_a_partner_are_counted()
        => Gen.Select(TwoStreams.Any.Select(streams => streams with { Steps = 0 }), Gen.Long[0, 200]).Sample(
            (streams, toleranceMs) =>
            {
                var lefts = streams.Run((l, r) => l.LeftJoinAsOf(r, (left, _) => left, Ms(toleranceMs)).Values(), out var status);

                foreach (var key in lefts.GroupBy(l => l.Sensor)) Assert.Equal(
                    key.Select(l => l.TimeMs).Order(), key.Select(l => l.TimeMs));
                var unmatched = Pairs(streams, toleranceMs).Count(pair => pair.Right is null);
                Assert.Equal(unmatched, status.Steps.Single(step => step.Name == "join-as-of").Unmatched);
            },
            iter: 20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Waits_for_the_watermark_keeps_the_last_of_each_key_and_drops_what_is_late(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<string>();
        var pipeline = new Pipeline("trades");
        Timed(pipeline, "trades").LeftJoinAsOf(Timed(pipeline, "quotes"), Pair).Values().To(results);
        AppendTo("quotes", new Reading("b", 0, 0));
        AppendTo("trades", new("a", 1000, 1), new Reading("a", 1100, 2));
        var job = SimulatedJob.Start(pipeline, log, workers);
        job.RunUntilIdle();
        AppendTo("quotes", new("a", 1000, 3), new("a", 990, 4), new("a", 1000, 5), new Reading("a", 1101, 6));
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(["a@1000=1 a@1000=5"], results.Committed);

        AppendTo("trades", new Reading("a", 1200, 7));
        job.RunUntilIdle();
        AppendTo("quotes", new("a", 1050, 8), new Reading("a", 1300, 9));
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal(["a@1000=1 a@1000=5", "a@1100=2 a@1000=5"], results.Committed);
        Assert.Equal(1, Step(job).Late);
        job.Close();

        job = SimulatedJob.Start(pipeline, log, 3 - workers);
        AppendTo("trades", new Reading("a", 5000, 10));
        AppendTo("quotes", new Reading("a", 5000, 11));
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Equal("a@1200=7 a@1101=6", results.Committed[^1]);
        Assert.Equal(0, Step(job).Unmatched);
        job.Close();

        void AppendTo(string topic, params Reading[] readings) => log.Append(topic, readings);
    }

    [Fact]
    public void Records_that_wait_over_a_restart_stay_apart_from_those_of_their_moment_that_come_after_it()
    {
        using var log = SimulatedJob.OpenLog();
        var results = Sink.Memory<string>();
        var pipeline = new Pipeline("trades");
        Timed(pipeline, "trades").LeftJoinAsOf(Timed(pipeline, "quotes"), Pair).Values().To(results);
        log.Append("quotes", [new Reading("b", 0, 0)]);
        log.Append("trades", [new("a", 1000, 1), new Reading("a", 1000, 2)]);
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        log.Append("trades", [new("a", 1000, 3), new("a", 1000, 4), new Reading("a", 5000, 5)]);
        log.Append("quotes", [new Reading("b", 5000, 0)]);
        job = SimulatedJob.Start(pipeline, log, workers: 2);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        Assert.Equal(["a@1000=1 -", "a@1000=2 -", "a@1000=3 -", "a@1000=4 -"], results.Committed);
    }

    [Fact]
    public void Forgets_a_key_whose_last_record_is_too_old_to_be_joined()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("trades");
        Timed(pipeline, "trades").JoinAsOf(Timed(pipeline, "quotes"), Pair, tolerance: Ms(100)).Values().To(Sink.Memory<string>());
        log.Append("quotes", Enumerable.Range(0, 1000).Select(i => new Reading($"s{i}", i, i)));
        log.Append("trades", [new Reading("a", 1000, 1)]);
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();

        Assert.InRange(job.Status.StateEntries, 100, 260);
        job.Close();
    }

    [Fact]
    public void Shows_its_tolerance_in_the_plan()
    {
        var pipeline = new Pipeline("trades");
        var (trades, quotes) = (Timed(pipeline, "trades"), Timed(pipeline, "quotes"));
        trades.LeftJoinAsOf(quotes, Pair, Ms(1000), name: "first").Values().To(Sink.Memory<string>("first-sink"));
        trades.JoinAsOf(quotes, Pair, name: "second").Values().To(Sink.Memory<string>("second-sink"));

        var text = pipeline.Explain().ToString();
        Assert.Contains("first (at most 00:00:01 older, outer left)", text, StringComparison.Ordinal);
        Assert.Contains("second (of any age)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_negative_tolerance_and_streams_without_time()
    {
        var pipeline = new Pipeline("trades");
        var trades = Timed(pipeline, "trades");
        var untimed = pipeline.From(Source.Of([new Reading("a", 1, 2)], "untimed")).KeyBy(r => r.Sensor);
        Assert.Throws<ArgumentOutOfRangeException>(() => trades.JoinAsOf(untimed, Pair, Ms(-1)));
        trades.JoinAsOf(untimed, Pair).Values().To(Sink.Memory<string>());
        Assert.Equal(
            ["Join 'join-as-of' needs event time on both streams. Add WithEventTime(...) before KeyBy."],
            Assert.Throws<PlanException>(() => pipeline.Explain()).Faults);
    }

    [Fact]
    public void Stops_where_the_users_function_fails()
    {
        var streams = new TwoStreams([new("a", 0, 1)], [new("a", 0, 2)], 1, 1, 1, Steps: 0);
        var error = Assert.Throws<OperatorException>(() => streams.Run(
            (l, r) => l.JoinAsOf(r, int (_, _) => throw new InvalidOperationException("No.")).Values()));
        Assert.Equal("join-as-of", error.Step);
    }

    private static StepStatus Step(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "join-as-of");

    private static IEnumerable<(Reading Left, Reading? Right)> Pairs(TwoStreams streams, long toleranceMs)
        => streams.Lefts.Select(l => (l, streams.Rights
            .Where(r => r.Sensor == l.Sensor && r.TimeMs <= l.TimeMs && l.TimeMs - r.TimeMs <= toleranceMs).MaxBy(r => r.TimeMs)));

    private static string Pair(Reading? left, Reading? right) => $"{Text(left)} {Text(right)}";

    private static string Text(Reading? reading) => reading is null ? "-" : $"{reading.Sensor}@{reading.TimeMs}={reading.Value}";

    private static KeyedStream<string, Reading> Timed(Pipeline pipeline, string topic)
        => pipeline.From(Topic.Of<Reading>(topic)).WithEventTime(r => r.TimeMs, name: $"{topic}-time").KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
