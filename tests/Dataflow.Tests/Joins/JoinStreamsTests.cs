using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Joins;

public class JoinStreamsTests
{
    [Fact]
    public void Agrees_with_LINQ_on_any_two_streams()
        => TwoStreams.Any.Sample(
            streams =>
            {
                var results = streams.Run((l, r) => l.Join(r, Pair).Values());
                Assert.Equal(Pairs(streams, null, null).Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Fact]
    public void Agrees_with_LINQ_where_sides_are_kept_for_a_time()
        => Gen.Select(TwoStreams.Any, Gen.Long[0, 300], Gen.Long[0, 300], Gen.Int[0, 2]).Sample(
            (streams, keepLeft, keepRight, kept) =>
            {
                long? left = kept == 0 ? null : keepLeft;
                long? right = kept == 1 ? null : keepRight;
                var results = streams.Run((l, r) => l.Join(r, Pair, Span(left), Span(right)).Values());
                Assert.Equal(Pairs(streams, left, right).Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 30);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Needs_no_event_time_keeps_all_and_counts_at_the_end_what_had_no_partner(int workers)
    {
        var results = Sink.Memory<(int, int)>();
        var pipeline = new Pipeline("joined");
        var lefts = pipeline.From(Source.Of(Enumerable.Range(0, 1000), "lefts")).KeyBy(x => x / 2);
        var rights = pipeline.From(Source.Of(Enumerable.Range(400, 2000), "rights")).KeyBy(x => x);
        lefts.Join(rights, (left, right) => (left, right)).Values().To(results);
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log, workers, checkpointInterval: TimeSpan.FromMilliseconds(5));
        job.Run();

        Assert.Equal(Enumerable.Range(800, 200).Select(x => (x, x / 2)), results.Committed.Order());
        var step = job.Status.Steps.Single(step => step.Name == "join-streams");
        Assert.Equal([new("left without partner", 800), new UnmatchedReason("right without partner", 1900)], step.UnmatchedReasons);
        Assert.Equal(0, step.Late);
    }

    [Fact]
    public void Shows_in_the_plan_for_how_long_each_side_is_kept()
    {
        Assert.Contains("join-streams (no time limit)", Explained(null, null), StringComparison.Ordinal);
        Assert.Contains("join-streams (right from ever to 00:00:02)", Explained(2000, null), StringComparison.Ordinal);
        Assert.Contains("join-streams (right from -00:00:01 to ever)", Explained(null, 1000), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_negative_time_to_live()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Explained(-1, null));

    [Fact]
    public void Stops_where_the_users_function_fails()
    {
        var streams = new TwoStreams([new("a", 0, 1)], [new("a", 0, 2)], 1, 1, 1, Steps: 0);
        var error = Assert.Throws<OperatorException>(() => streams.Run(
            (l, r) => l.Join(r, int (_, _) => throw new InvalidOperationException("No.")).Values()));
        Assert.Equal("join-streams", error.Step);
    }

    private static string Explained(long? keepLeft, long? keepRight)
    {
        var pipeline = new Pipeline("joined");
        var readings = pipeline.From(Source.Of([new Reading("a", 1, 2)])).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor);
        readings.Join(readings, Pair, Span(keepLeft), Span(keepRight)).Values().To(Sink.Memory<string>());
        return pipeline.Explain().ToString();
    }

    private static IEnumerable<string> Pairs(TwoStreams streams, long? keepLeft, long? keepRight)
        => streams.Lefts.Join(streams.Rights, l => l.Sensor, r => r.Sensor, (l, r) => (Left: l, Right: r))
            .Where(pair => keepLeft is null || pair.Right.TimeMs - pair.Left.TimeMs <= keepLeft)
            .Where(pair => keepRight is null || pair.Left.TimeMs - pair.Right.TimeMs <= keepRight)
            .Select(pair => Pair(pair.Left, pair.Right));

    private static string Pair(Reading left, Reading right) => $"{left} {right}";

    private static TimeSpan? Span(long? milliseconds) => milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
