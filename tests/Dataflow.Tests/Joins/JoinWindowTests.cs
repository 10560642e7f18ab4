using CsCheck;

namespace Dataflow.Tests.Joins;

public class JoinWindowTests
{
    [Fact]
    public void Agrees_with_LINQ_on_any_two_streams()
        => Gen.Select(TwoStreams.Any, Gen.Long[1, 200], Gen.Bool, Gen.Bool).Sample(
            (streams, sizeMs, lefts, rights) =>
            {
                var windows = Tumbling.Every(Ms(sizeMs));
                var results = streams.Run((l, r) => (lefts, rights) switch
                {
                    (true, true) => l.OuterJoinWindow(r, windows, Pair).Values(),
                    (true, false) => l.LeftJoinWindow(r, windows, Pair).Values(),
                    (false, true) => l.RightJoinWindow(r, windows, Pair).Values(),
                    _ => l.JoinWindow(r, windows, Pair).Values(),
                });
                var expected = Groups(streams, sizeMs, sizeMs).SelectMany(group => Pairs(group, lefts, rights));
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
            },
            iter: 20);

    [Fact]
    public void Groups_of_hopping_windows_agree_with_LINQ_and_say_what_has_no_partner()
        => Gen.Select(TwoStreams.Any.Select(streams => streams with { Steps = 0 }), Gen.Long[1, 60], Gen.Int[1, 4]).Sample(
            (streams, everyMs, steps) =>
            {
                var results = streams.Run(
                    (l, r) => l.CoGroup(
                        r, Hopping.Of(Ms(everyMs * steps), Ms(everyMs)),
                        (key, window, lefts, rights) => Both(key, window.StartMs, lefts, rights)).Values(),
                    out var status);

                var groups = Groups(streams, everyMs * steps, everyMs).ToList();
                var expected = groups.SelectMany(g => Both(g.Key.Sensor, g.Key.StartMs, Lefts(g), Rights(g)));
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
                Assert.Equal(
                    [new("left without partner", groups.Where(g => !Rights(g).Any()).Sum(g => Lefts(g).Count())),
                        new UnmatchedReason("right without partner", groups.Where(g => !Lefts(g).Any()).Sum(g => Rights(g).Count()))],
                    status.Steps.Single(step => step.Name == "co-group-results").UnmatchedReasons);
            },
            iter: 20);

    [Fact]
    public void Sessions_go_over_both_streams_together()
    {
        var streams = new TwoStreams(
            [new("a", 0, 1), new("a", 18, 2), new("a", 100, 3)], [new("a", 9, 4), new("b", 9, 5), new("a", 111, 6)], 1, 2, 3, Steps: 3);

        var results = streams.Run((l, r) => l.OuterJoinWindow(r, Session.WithGap(Ms(10)), (x, y) => (x?.Value, y?.Value)).Values());

        Assert.Equal([(null, 5), (null, 6), (1, 4), (2, 4), (3, null)], results.Order());
    }

    [Fact]
    public void One_row_for_each_that_has_partners_can_be_said()
    {
        var streams = new TwoStreams(
            [new("a", 1, 1), new("b", 2, 2), new("c", 3, 3)], [new("a", 4, 4), new("a", 5, 5), new("c", 13, 6)], 1, 1, 1, Steps: 0);

        var results = streams.Run((l, r) => l.CoGroup(
            r, Tumbling.Every(Ms(10)),
            (key, window, lefts, rights) => rights.Count > 0 ? lefts.Select(x => (key, x.Value, window.StartMs)) : []).Values());

        Assert.Equal([("a", 1, 0)], results);
    }

    [Fact]
    public void Shows_its_steps_in_the_plan()
    {
        var pipeline = new Pipeline("joined");
        var readings = pipeline.From(Source.Of([new Reading("a", 1, 2)])).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor);
        readings.JoinWindow(readings, Tumbling.Every(Ms(10)), Pair).Values().To(Sink.Memory<string>());

        var text = pipeline.Explain().ToString();
        Assert.Contains("join-window (tumbling 00:00:00.0100000)", text, StringComparison.Ordinal);
        Assert.Contains("join-window-aggregate (both sides)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_windows_by_count_and_a_missing_function()
    {
        var pipeline = new Pipeline("joined");
        var readings = pipeline.From(Source.Of([new Reading("a", 1, 2)])).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor);
        Assert.Throws<ArgumentException>(() => readings.JoinWindow(readings, Counting.Every(10), Pair));
        Assert.Throws<ArgumentNullException>(
            () => readings.JoinWindow(readings, Tumbling.Every(Ms(1)), (Func<Reading, Reading, int>)null!));
    }

    [Fact]
    public void Stops_where_the_users_function_fails()
    {
        var streams = new TwoStreams([new("a", 0, 1)], [new("a", 0, 2)], 1, 1, 1, Steps: 0);
        var error = Assert.Throws<OperatorException>(() => streams.Run((l, r) => l.JoinWindow(
            r, Tumbling.Every(Ms(10)), int (_, _) => throw new InvalidOperationException("No.")).Values()));
        Assert.Equal("join-window-results", error.Step);
    }

    private static IEnumerable<IGrouping<(string Sensor, long StartMs), (Reading Reading, bool IsLeft)>> Groups(
        TwoStreams streams, long sizeMs, long everyMs)
        => streams.Lefts.Select(r => (Reading: r, IsLeft: true)).Concat(streams.Rights.Select(r => (Reading: r, IsLeft: false)))
            .SelectMany(x => StartsOf(x.Reading.TimeMs, sizeMs, everyMs), (x, start) => (x.Reading, x.IsLeft, Start: start))
            .GroupBy(x => (x.Reading.Sensor, x.Start), x => (x.Reading, x.IsLeft));

    private static IEnumerable<long> StartsOf(long time, long sizeMs, long everyMs)
    {
        for (var start = (long)Math.Floor((double)time / everyMs) * everyMs; start > time - sizeMs; start -= everyMs) yield return start;
    }

    private static IEnumerable<string> Pairs(
        IGrouping<(string Sensor, long StartMs), (Reading Reading, bool IsLeft)> group, bool lefts, bool rights)
    {
        if (!Lefts(group).Any()) return rights ? Rights(group).Select(r => Pair(null, r)) : [];
        if (!Rights(group).Any()) return lefts ? Lefts(group).Select(l => Pair(l, null)) : [];
        return Lefts(group).SelectMany(_ => Rights(group), Pair);
    }

    private static IEnumerable<Reading> Lefts(IEnumerable<(Reading Reading, bool IsLeft)> group)
        => group.Where(x => x.IsLeft).Select(x => x.Reading);

    private static IEnumerable<Reading> Rights(IEnumerable<(Reading Reading, bool IsLeft)> group)
        => group.Where(x => !x.IsLeft).Select(x => x.Reading);

    private static IEnumerable<string> Both(string key, long start, IEnumerable<Reading> lefts, IEnumerable<Reading> rights)
        => [$"{key} {start}: {string.Join(' ', lefts.Select(x => x.Value).Order())}, "
            + $"{string.Join(' ', rights.Select(x => x.Value).Order())}"];

    private static string Pair(Reading? left, Reading? right) => $"{left?.ToString() ?? "-"} {right?.ToString() ?? "-"}";

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
