using CsCheck;
using Dataflow.Patterns;
using Dataflow.Testing;

namespace Dataflow.Tests.Patterns;

public class MatchTests
{
    private const long LatenessMs = 50;

    private static readonly Pattern<Reading>[] s_patterns =
    [
        Pattern.Begin<Reading>("a", r => r.Value % 3 == 0).Next("b", r => r.Value % 2 == 0),
        Pattern.Begin<Reading>("a", r => r.Value > 0).FollowedBy("b", (r, m) => r.Value < m["a"][0].Value)
            .Within(TimeSpan.FromMilliseconds(150)),
        Pattern.Begin<Reading>("a", r => r.Value > 0).OneOrMore().Next("b", r => r.Value % 2 == 0).Then(AfterMatch.SkipToNext),
        Pattern.Begin<Reading>("a", r => r.Value > 0).OneOrMore().Reluctant().Next("b", r => r.Value % 2 == 0),
        Pattern.Begin<Reading>("a", r => r.Value > -50).FollowedBy("b", (r, m) => r.Value > 10 * m["b"].Count).Times(1, 3)
            .Next("c", r => r.Value < 0).Optional().Within(TimeSpan.FromMilliseconds(200)),
        Pattern.Begin<Reading>("a", r => r.Value > 0).Next("b", r => r.Value < 0).Times(0, 2).FollowedBy("c", r => r.Value % 5 == 0)
            .Then(AfterMatch.SkipToNext),
        Pattern.Begin<Reading>("a", r => r.Value > 0).FollowedBy("b", r => r.Value < 0).OneOrMore().Within(TimeSpan.FromMilliseconds(120))
            .Then(AfterMatch.NoSkip),
        Pattern.Begin<Reading>("a", r => r.Value > 0).Next("b", r => r.Value > 20).Optional().Reluctant().Next("c", r => r.Value % 2 == 0),
        Pattern.Begin<Reading>("a", r => r.Value > 0).Next("b", r => r.Value > -20).Times(2, 3).Optional().Next("c", r => r.Value < 0)
            .Next("d", r => r.Value > 0).Optional().Reluctant(),
        Pattern.Begin<Reading>("a", r => r.Value > -30).OneOrMore().Next("b", r => r.Value < 0).OneOrMore()
            .Then(AfterMatch.SkipToLast("a")),
        Pattern.Begin<Reading>("a", r => r.Value > 0).FollowedBy("b", r => r.Value < 0).Optional().FollowedBy("c", r => r.Value % 2 == 0)
            .Times(1, 2)
            .Within(TimeSpan.FromMilliseconds(150)).Then(AfterMatch.SkipToFirst("b")),
    ];

    [Fact]
    public void Finds_what_a_backtracking_search_over_the_sorted_records_finds()
        => Gen.Select(Reading.Disordered(LatenessMs), Gen.Int[0, s_patterns.Length - 1], Gen.Int[1, 3]).Sample(
            (readings, which, workers) =>
            {
                var pattern = s_patterns[which];
                var found = Harness.Run(
                    readings,
                    s => s.WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMilliseconds(LatenessMs)).KeyBy(r => r.Sensor)
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
                foreach (var (part, workers) in new[] { (readings[..(readings.Length / 2)], before),
                    ([.. readings[(readings.Length / 2)..], last], after) })
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
                var all = readings.GroupBy(r => r.Sensor)
                    .SelectMany(s => Model(s_patterns[which], [.. s]).Select(match => Text(s.Key, match))).ToList();
                Assert.Empty(found.Committed.Except(all));
                if (s_patterns[which].Span is not null) Assert.Equal(
                    all.Order(StringComparer.Ordinal), found.Committed.Order(StringComparer.Ordinal));
            },
            iter: 40);

    [Fact]
    public void Finds_prices_that_fall_and_then_rise_one_after_the_other()
    {
        var pattern = Pattern.Begin<Reading>("start", _ => true)
            .Next("down", (r, m) => r.Value < (m["down"].Count == 0 ? m["start"][0] : m["down"][^1]).Value).OneOrMore()
            .Next("up", (r, m) => r.Value > m["down"][^1].Value);

        Assert.Equal(["25 18 15 14 24"], Find([12, 17, 19, 21, 25, 18, 15, 14, 24, 25, 19], pattern.Then(AfterMatch.SkipToLast("up"))));
        Assert.Equal(["9 5 8", "8 3 7"], Find([9, 5, 8, 3, 7], pattern.Then(AfterMatch.SkipToLast("up"))));
        Assert.Equal(["9 5 8"], Find([9, 5, 8, 3, 7], pattern));
    }

    [Fact]
    public void Finds_the_longest_runs_with_a_low_average()
    {
        var pattern = Pattern.Begin<Reading>("a", (r, m) => m["a"].Append(r).Average(x => x.Value) < 15).OneOrMore().Next("b", _ => true);
        int[] prices = [12, 17, 13, 16, 25, 2, 4, 10, 15, 25, 25, 30];

        Assert.Equal(["12 17 13 16 25", "2 4 10 15 25 25 30"], Find(prices, pattern));
        Assert.Equal(
            ["12 17 13 16 25", "13 16 25", "10 15 25", "4 10 15 25 25", "2 4 10 15 25 25 30"],
            Find(prices, pattern.Then(AfterMatch.SkipToNext)));
    }

    [Fact]
    public void Takes_the_most_or_the_fewest_records_of_a_part()
    {
        var (greedy, reluctant) = (BeforeMore(p => p), BeforeMore(p => p.Reluctant()));

        Assert.Equal(["10 11 12 13 14 16"], Find([10, 11, 12, 13, 14, 16], greedy));
        Assert.Equal(["10 11 12 13"], Find([10, 11, 12, 13, 14], reluctant));

        static Pattern<Reading> BeforeMore(Func<Pattern<Reading>, Pattern<Reading>> change) => change(
            Pattern.Begin<Reading>("a", r => r.Value >= 10).Next("b", r => r.Value < 15).OneOrMore().Optional())
                .Next("c", r => r.Value > 12);
    }

    [Fact]
    public void Leaves_out_what_is_optional_and_reluctant_where_it_can()
    {
        var pattern = Pattern.Begin<Reading>("a", r => r.Value == 1).Next("b", r => r.Value == 2).Optional();

        Assert.Equal(["1 2"], Find([1, 2, 1], pattern).Take(1));
        Assert.Equal(["1", "1"], Find([1, 2, 1], pattern.Reluctant()));
        Assert.Equal(["1 2 3", "1 3"], Find([1, 2, 3, 1, 3], pattern.Reluctant().Next("c", r => r.Value == 3)));
        Assert.Equal(
            ["1", "1"],
            Find([1, 2, 1], Pattern.Begin<Reading>("a", r => r.Value == 1).FollowedBy("b", r => r.Value == 2).Optional().Reluctant()));
    }

    [Fact]
    public void An_optional_part_that_repeats_is_missing_or_has_its_least()
    {
        var pattern = Pattern.Begin<Reading>("a", r => r.Value == 1).Next("b", r => r.Value == 2).Times(2).Optional()
            .Next("c", r => r.Value == 3);

        Assert.Equal(["1 3", "1 2 2 3"], Find([1, 3, 1, 2, 3, 1, 2, 2, 3], pattern));
    }

    [Fact]
    public void Repeats_follow_as_closely_as_their_part_unless_it_is_written_twice()
    {
        var begin = Pattern.Begin<Reading>("a", r => r.Value == 0);
        int[] values = [0, 9, 1, 2, 9, 3, -1];

        Assert.Equal(["0 1 2 3 -1"], Find(values, begin.FollowedBy("b", IsB).OneOrMore().FollowedBy("c", r => r.Value < 0)));
        Assert.Equal(
            ["0 1 2 -1"],
            Find(values, begin.FollowedBy("b", IsB).Next("more", IsB).Times(0, int.MaxValue).FollowedBy("c", r => r.Value < 0)));
        Assert.Empty(Find(values, begin.Next("b", IsB).OneOrMore().FollowedBy("c", r => r.Value < 0)));
        Assert.Equal(
            ["0 1 2 3 -1"],
            Find([0, 1, 9, 2, 3, -1],
            begin.Next("b", IsB).FollowedBy("more", IsB).Times(0, int.MaxValue).FollowedBy("c", r => r.Value < 0)));

        static bool IsB(Reading r) => r.Value is > 0 and < 9;
    }

    [Fact]
    public void Goes_on_where_it_is_told_to()
    {
        // As the example of Flink's documentation: b+ c on b1 b2 b3 c.
        var pattern = Pattern.Begin<Reading>("b", r => r.Value < 9).OneOrMore().Next("c", r => r.Value == 9);
        int[] values = [1, 2, 3, 9];

        Assert.Equal(["1 2 3 9"], Find(values, pattern));
        Assert.Equal(["1 2 3 9", "2 3 9", "3 9"], Find(values, pattern.Then(AfterMatch.SkipToNext)));
        Assert.Equal(["1 2 3 9", "2 3 9", "3 9"], Find(values, pattern.Then(AfterMatch.NoSkip)));
        Assert.Equal(["1 2 3 9", "2 3 9", "3 9"], Find(values, pattern.Then(AfterMatch.SkipToFirst("b"))));
        Assert.Equal(["1 2 3 9", "3 9"], Find(values, pattern.Then(AfterMatch.SkipToLast("b"))));
        Assert.Equal(["1 2 3 9"], Find(values, pattern.Then(AfterMatch.SkipToFirst("c"))));
    }

    [Fact]
    public void A_result_may_keep_the_records_of_its_match()
    {
        var pattern = Pattern.Begin<Reading>("a", _ => true).Times(2);
        var kept = new List<Match<Reading>>();
        Harness.Run(
            Enumerable.Range(0, 6).Select(i => new Reading("s", i, i)),
            s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Match(pattern, (_, match) =>
            {
                kept.Add(match);
                return match.StartMs;
            }));

        Assert.Equal([[0, 1], [2, 3], [4, 5]], kept.Select(match => match["a"].Select(r => r.Value)));
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
    public void What_a_match_skips_does_not_time_out()
    {
        // Both records begin a search at the same time; the match of the first skips the second.
        Reading[] readings = [new("s", 0, 1), new("s", 0, 1), new("s", 2, 2), new("s", 100, 0)];
        var pattern = Pattern.Begin<Reading>("a", r => r.Value > 0).Times(2).FollowedBy("b", r => r.Value == 2)
            .FollowedBy("c", r => r.Value == 3).Optional()
            .Within(TimeSpan.FromMilliseconds(10));
        var pipeline = new Pipeline("skipped");
        var (found, late) = (Sink.Memory<string>("found"), Sink.Memory<string>("late"));
        pipeline.From(Source.Of(readings)).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Match(pattern, (key, match) => Text(key, match.All), out var timedOut).To(found);
        timedOut.To(late);

        Assert.Equal(["s: 0=1 0=1 2=2"], Harness.Run(pipeline, found));
        Assert.Empty(late.Committed);
    }

    [Fact]
    public void Open_matches_are_bounded_and_those_dropped_are_counted()
    {
        var pipeline = new Pipeline("bounded");
        var found = Sink.Memory<string>();
        pipeline.From(Source.Of(Enumerable.Range(0, 100).Select(i => new Reading("s", i, i)))).WithEventTime(r => r.TimeMs)
            .KeyBy(r => r.Sensor)
            .Match(Pattern.Begin<Reading>("a", _ => true).FollowedBy("b", r => r.Value == 99).Then(AfterMatch.SkipToNext),
                (key, m) => Text(key, m.All), maxOpen: 10)
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

        Assert.Contains(
            "Add Within, or Reluctant", Assert.Throws<ArgumentException>(() => stream.Match(endless, (_, m) => m.StartMs)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => stream.Match(
            Pattern.Begin<int>("a", x => x > 0).FollowedBy("b", x => x < 0).Optional().Next("c", x => x == 0).Optional(),
            (_, m) => m.StartMs));
        Assert.Contains(
            "may be without any record",
            Assert.Throws<ArgumentException>(() => stream.Match(Pattern.Begin<int>("a", x => x > 0).Times(0, 2), (_, m) => m.StartMs))
                .Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no part 'x' to skip to", Assert.Throws<ArgumentException>(() => endless.Then(AfterMatch.SkipToLast("x"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "has a part 'a' already", Assert.Throws<ArgumentException>(() => endless.Next("a", _ => true)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_that_throws_stops_the_job()
    {
        var pattern = Pattern.Begin<Reading>("a", _ => throw new FormatException("Bad."));

        Assert.Contains(
            "Operator 'match' failed", Assert.Throws<OperatorException>(() => Find([1], pattern)).Message, StringComparison.Ordinal);
    }

    private static string Text(string key, IEnumerable<Reading> match)
        => $"{key}: {string.Join(' ', match.Select(r => $"{r.TimeMs}={r.Value}"))}";

    private static IEnumerable<string> Find(int[] values, Pattern<Reading> pattern)
        => Harness.Run(
            values.Select((v, i) => new Reading("s", i * 10, v)),
            s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
                .Match(pattern, (_, m) => string.Join(' ', m.All.Select(r => r.Value))));

    /// <summary>Tries from each record on, with backtracking, in the order of preference; its first success is the match.</summary>
    private static IEnumerable<Reading[]> Model(Pattern<Reading> pattern, Reading[] rows)
    {
        for (var start = 0; start < rows.Length;)
        {
            var matches = From(pattern, rows, start, new([], []), -1, 0);
            if (pattern.After != AfterMatch.NoSkip) matches = matches.Take(1);
            var found = matches.ToList();
            foreach (var match in found) yield return [.. match.Rows.Select(row => rows[row])];
            start = found.Count > 0 ? Math.Max(start + 1, Resume(pattern, found[0])) : start + 1;
        }
    }

    private static int Resume(Pattern<Reading> pattern, Way match)
    {
        var after = $"{pattern.After}".Split(' ');
        if (after[0] is "SkipPastLast") return match.Rows[^1] + 1;
        if (after.Length == 1) return 0;
        var ofPart = match.Rows.Where((_, i) => pattern.Parts[match.Parts[i]].Name == after[1]);
        return after[0] is "SkipToFirst" ? ofPart.FirstOrDefault() : ofPart.LastOrDefault();
    }

    private static IEnumerable<Way> From(Pattern<Reading> pattern, Reading[] rows, int next, Way taken, int part, int count)
    {
        foreach (var (to, nth) in Edges(pattern, part, count))
        {
            if (to == pattern.Parts.Count)
            {
                yield return taken;
                continue;
            }

            foreach (var match in Along(pattern, rows, next, taken, to, nth)) yield return match;
        }
    }

    private static IEnumerable<(int Part, int Count)> Edges(Pattern<Reading> pattern, int part, int count)
    {
        var (repeats, isReluctant) = part < 0 ? (false, false) : (count < pattern.Parts[part].Max, pattern.Parts[part].IsReluctant);
        if (repeats && !isReluctant) yield return (part, count + 1);
        if (part < 0 || count >= pattern.Parts[part].Min)
        {
            foreach (var exit in Exits(part + 1)) yield return (exit, 1);
        }

        if (repeats && isReluctant) yield return (part, count + 1);

        IEnumerable<int> Exits(int to)
            => to == pattern.Parts.Count || !pattern.Parts[to].IsOptional ? [to]
            : pattern.Parts[to].IsReluctant ? Exits(to + 1).Append(to)
            : Exits(to + 1).Prepend(to);
    }

    private static IEnumerable<Way> Along(Pattern<Reading> pattern, Reading[] rows, int next, Way taken, int part, int count)
    {
        for (var row = next; row < rows.Length; row++)
        {
            if (taken.Rows.Length > 0 && pattern.Span is { } span
                && rows[row].TimeMs - rows[taken.Rows[0]].TimeMs >= (long)span.TotalMilliseconds) yield break;
            var state = new OpenMatches<Reading>();
            state.Rows.AddRange(rows.Select(r => new TimedValue<Reading>(r.TimeMs, r, 0)));
            var match = new Match<Reading>(pattern.Parts)
                .Of(state, new OpenMatch { Rows = [.. taken.Rows.Select(t => (long)t)], Parts = taken.Parts });
            if (pattern.Parts[part].Where(rows[row], match))
            {
                foreach (var found in From(pattern, rows, row + 1, new([.. taken.Rows, row], [.. taken.Parts, part]), part,
                    count)) yield return found;
                yield break;
            }

            if (taken.Rows.Length == 0 || !pattern.Parts[part].IsRelaxed) yield break;
        }
    }

    private sealed record Way(int[] Rows, int[] Parts);
}
