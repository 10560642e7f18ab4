using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Patterns;

public class MatchTests
{
    private const long LatenessMs = 50;

    private static readonly Pattern<Reading>[] s_patterns =
    [
        Pattern.Begin<Reading>("a", r => r.Value % 3 == 0).Next("b", r => r.Value % 2 == 0),
        Pattern.Begin<Reading>("a", r => r.Value > 0).FollowedBy("b", (r, m) => r.Value < m["a"][0].Value).Within(TimeSpan.FromMilliseconds(150)),
        Pattern.Begin<Reading>("a", r => r.Value > 0).OneOrMore().Next("b", r => r.Value % 2 == 0).Then(AfterMatch.SkipToNext),
        Pattern.Begin<Reading>("a", r => r.Value > 0).OneOrMore().Reluctant().Next("b", r => r.Value % 2 == 0),
        Pattern.Begin<Reading>("a", r => r.Value > -50).FollowedBy("b", (r, m) => r.Value > 10 * m["b"].Count).Times(1, 3)
            .Next("c", r => r.Value < 0).Optional().Within(TimeSpan.FromMilliseconds(200)),
        Pattern.Begin<Reading>("a", r => r.Value > 0).Next("b", r => r.Value < 0).Times(0, 2).FollowedBy("c", r => r.Value % 5 == 0).Then(AfterMatch.SkipToNext),
        Pattern.Begin<Reading>("a", r => r.Value > 0).FollowedBy("b", r => r.Value < 0).OneOrMore().Within(TimeSpan.FromMilliseconds(120)).Then(AfterMatch.NoSkip),
    ];

    [Fact]
    public void Finds_what_a_backtracking_search_over_the_sorted_records_finds()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[0, s_patterns.Length - 1], Gen.Int[1, 3]).Sample(
            (readings, which, workers) =>
            {
                var pattern = s_patterns[which];
                var found = Harness.Run(
                    readings,
                    s => s.WithEventTime(r => r.TimeMs, lateness: TimeSpan.FromMilliseconds(LatenessMs)).KeyBy(r => r.Sensor)
                        .Match(pattern, (key, match) => Text(key, match.All)),
                    workers);
                var expected = readings.GroupBy(r => r.Sensor)
                    .SelectMany(s => Model(pattern, [.. s.OrderBy(r => r.TimeMs)]).Select(match => Text(s.Key, match)));
                Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
            },
            iter: 150);

    [Fact]
    public void A_restart_in_the_middle_changes_nothing()
        => Gen.Select(Reading.Disordered(0), Gen.Int[0, s_patterns.Length - 1], Gen.Int[1, 3], Gen.Int[1, 3]).Sample(
            (readings, which, before, after) =>
            {
                using var log = SimulatedJob.OpenLog();
                var found = Sink.Memory<string>();
                var last = new Reading("end", 1_000_000, -100);
                foreach (var (part, workers) in new[] { (readings[..(readings.Length / 2)], before), ([.. readings[(readings.Length / 2)..], last], after) })
                {
                    log.Append("readings", part);
                    var pipeline = new Pipeline("matches");
                    pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
                        .Match(s_patterns[which], (key, match) => Text(key, match.All)).To(found);
                    var job = SimulatedJob.Start(pipeline, log, workers);
                    job.RunUntilIdle();
                    job.Checkpoint();
                    job.Close();
                }

                // What could still grow or begin when the input does not end is not out yet.
                var all = readings.GroupBy(r => r.Sensor).SelectMany(s => Model(s_patterns[which], [.. s]).Select(match => Text(s.Key, match))).ToList();
                Assert.Empty(found.Committed.Except(all));
                if (s_patterns[which].Span is not null) Assert.Equal(all.Order(StringComparer.Ordinal), found.Committed.Order(StringComparer.Ordinal));
            },
            iter: 40);

    [Fact]
    public void Finds_a_price_that_falls_and_then_rises()
    {
        var pattern = Pattern.Begin<Reading>("start", _ => true)
            .Next("down", (r, m) => r.Value < (m["down"].Count == 0 ? m["start"][0] : m["down"][^1]).Value).OneOrMore()
            .Next("up", (r, m) => r.Value > (m["up"].Count == 0 ? m["down"][^1] : m["up"][^1]).Value).OneOrMore();

        Assert.Equal(["20 12 9 14 17"], Find([10, 20, 12, 9, 14, 17, 17], pattern));
    }

    [Theory]
    [InlineData(AfterMatch.SkipPastLast)]
    [InlineData(AfterMatch.SkipToNext)]
    public void Finds_the_longest_run_with_a_low_average(AfterMatch after)
    {
        // As the runs of Nexmark: the average of the part so far and of the record at hand.
        var pattern = Pattern.Begin<Reading>("a", (r, m) => m["a"].Append(r).Average(x => x.Value) < 8).OneOrMore().Next("b", _ => true).Then(after);
        var found = Find([5, 8, 9, 30, 4, 100], pattern);

        var rows = new[] { 5, 8, 9, 30, 4, 100 };
        Assert.Equal(
            Model(pattern, [.. rows.Select((v, i) => new Reading("s", i * 10, v))]).Select(m => string.Join(' ', m.Select(r => r.Value))), found);
    }

    [Fact]
    public void Finds_a_drop_within_a_time_and_hands_out_what_took_too_long()
    {
        Reading[] readings = [new("s", 0, 100), new("s", 4999, 49), new("s", 10_000, 200), new("s", 15_000, 1), new("s", 30_000, 0)];
        var pattern = Pattern.Begin<Reading>("high", r => r.Value >= 100).FollowedBy("low", (r, m) => r.Value < m["high"][0].Value - 50)
            .Within(TimeSpan.FromSeconds(5));
        var pipeline = new Pipeline("drops");
        var (found, late) = (Sink.Memory<string>("found"), Sink.Memory<string>("late"));
        pipeline.From(Source.Of(readings)).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Match(pattern, (key, match) => Text(key, match.All), out var timedOut).To(found);
        timedOut.To(late);
        Assert.Contains("match (high .. low within 00:00:05, SkipPastLast)", pipeline.Explain().ToString(), StringComparison.Ordinal);

        Assert.Equal(["s: 0=100 4999=49"], Harness.Run(pipeline, found));
        Assert.Equal(["s: 10000=200"], late.Committed);
    }

    [Fact]
    public void Open_matches_are_bounded_and_those_dropped_are_counted()
    {
        var pipeline = new Pipeline("bounded");
        var found = Sink.Memory<string>();
        pipeline.From(Source.Of(Enumerable.Range(0, 100).Select(i => new Reading("s", i, i)))).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Match(Pattern.Begin<Reading>("a", _ => true).FollowedBy("b", r => r.Value == 99).Then(AfterMatch.SkipToNext), (key, m) => Text(key, m.All), mostOpen: 10)
            .To(found);
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);
        job.Run();

        Assert.Equal(10, found.Committed.Count);
        Assert.Equal(89, job.Status.Steps.Single(s => s.Name == "match").DroppedMatches);
    }

    [Fact]
    public void Refuses_patterns_that_never_end_and_parts_of_one_name()
    {
        var stream = new Pipeline("bad").From(Source.Of([1])).WithEventTime(x => (long)x).KeyBy(x => x);
        var endless = Pattern.Begin<int>("a", x => x > 0).FollowedBy("b", x => x < 0).OneOrMore();

        Assert.Contains("Add Within, or Reluctant", Assert.Throws<ArgumentException>(() => stream.Match(endless, (_, m) => m.StartMs)).Message, StringComparison.Ordinal);
        Assert.Contains("has a part 'a' already", Assert.Throws<ArgumentException>(() => endless.Next("a", _ => true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_that_throws_stops_the_job()
    {
        var pattern = Pattern.Begin<Reading>("a", _ => throw new FormatException("Bad."));

        Assert.Contains("Operator 'match' failed", Assert.Throws<OperatorException>(() => Find([1], pattern)).Message, StringComparison.Ordinal);
    }

    private static string Text(string key, IEnumerable<Reading> match) => $"{key}: {string.Join(' ', match.Select(r => $"{r.TimeMs}={r.Value}"))}";

    private static IEnumerable<string> Find(int[] values, Pattern<Reading> pattern)
        => Harness.Run(
            values.Select((v, i) => new Reading("s", i * 10, v)),
            s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Match(pattern, (_, m) => string.Join(' ', m.All.Select(r => r.Value))));

    /// <summary>Tries from each record on, with backtracking, in the order of preference; its first success is the match.</summary>
    private static IEnumerable<Reading[]> Model(Pattern<Reading> pattern, Reading[] rows)
    {
        for (var start = 0; start < rows.Length;)
        {
            var matches = From(pattern, rows, start, [], [], -1, 0);
            if (pattern.After != AfterMatch.NoSkip) matches = matches.Take(1);
            var found = matches.ToList();
            foreach (var match in found) yield return [.. match.Select(row => rows[row])];
            start = found.Count > 0 && pattern.After == AfterMatch.SkipPastLast ? found[0][^1] + 1 : start + 1;
        }
    }

    private static IEnumerable<int[]> From(Pattern<Reading> pattern, Reading[] rows, int next, int[] taken, int[] parts, int part, int count)
    {
        var edges = new List<(int Part, int Count)>();
        for (var p = part + 1; (part < 0 || count >= pattern.Parts[part].Least) && p < pattern.Parts.Count; p++)
        {
            edges.Add((p, 1));
            if (pattern.Parts[p].Least > 0) break;
        }

        var repeats = part >= 0 && count < pattern.Parts[part].Most;
        var isReluctant = part >= 0 && pattern.Parts[part].IsReluctant;
        var arrives = part >= 0 && count >= pattern.Parts[part].Least && pattern.Parts.Skip(part + 1).All(p => p.Least == 0);
        if (repeats && !isReluctant) edges.Insert(0, (part, count + 1));
        foreach (var edge in edges)
        {
            foreach (var match in Along(pattern, rows, next, taken, parts, edge)) yield return match;
        }

        if (arrives) yield return taken;
        if (!repeats || !isReluctant) yield break;
        foreach (var match in Along(pattern, rows, next, taken, parts, (part, count + 1))) yield return match;
    }

    private static IEnumerable<int[]> Along(Pattern<Reading> pattern, Reading[] rows, int next, int[] taken, int[] parts, (int Part, int Count) edge)
    {
        for (var row = next; row < rows.Length; row++)
        {
            if (taken.Length > 0 && pattern.Span is { } span && rows[row].TimeMs - rows[taken[0]].TimeMs >= (long)span.TotalMilliseconds) yield break;
            var state = new OpenMatches<Reading>();
            state.Rows.AddRange(rows.Select(r => new TimedValue<Reading>(r.TimeMs, r)));
            var match = new Match<Reading>(pattern.Parts, state).Of(new OpenMatch { Rows = [.. taken.Select(t => (long)t)], Parts = parts });
            if (pattern.Parts[edge.Part].Where(rows[row], match))
            {
                foreach (var found in From(pattern, rows, row + 1, [.. taken, row], [.. parts, edge.Part], edge.Part, edge.Count)) yield return found;
                yield break;
            }

            if (taken.Length == 0 || !pattern.Parts[edge.Part].IsRelaxed) yield break;
        }
    }
}
