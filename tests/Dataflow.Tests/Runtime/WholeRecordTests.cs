using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>A record on which the user's code fails is as if it had never been, for every step that keeps something.</summary>
public class WholeRecordTests
{
    private const int Seeds = 4;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly Output<string> Alerts = new("alerts");

    private static readonly Dictionary<string, Action<Pipeline>> Cases = new()
    {
        ["count"] = Aggregated(a => a.Count()),
        ["count where"] = Aggregated(a => a.Count(e => e.V > 3)),
        ["count distinct"] = Aggregated(a => a.CountDistinct(e => e.V)),
        ["count distinct under conditions"] = Aggregated(a => a.CountDistinct(e => new Odd(e.V), e => e.V > 3, e => e.V > 5)),
        ["approximate count distinct"] = Aggregated(a => a.ApproximateCountDistinct(e => e.V)),
        ["mean"] = Aggregated(a => a.Mean(e => e.V)),
        ["variance"] = Aggregated(a => a.PopulationVariance(e => e.V)),
        ["max"] = Aggregated(a => a.Max(e => new Odd(e.V))),
        ["max by"] = Aggregated(a => a.MaxBy(e => Good(e))),
        ["all min by"] = Aggregated(a => a.AllMinBy(e => e.V / 3)),
        ["top"] = Aggregated(a => a.Top(3, e => e.V)),
        ["bottom"] = Aggregated(a => a.Bottom(3, e => Good(e))),
        ["first"] = Aggregated(a => a.First(e => Good(e))),
        ["last"] = Aggregated(a => a.Last(e => e.V)),
        ["last 3"] = Aggregated(a => a.Last(3, e => e.V)),
        ["collect"] = Aggregated(a => a.Collect(4, e => e.V)),
        ["histogram"] = Aggregated(a => a.Histogram(e => e.V, 3, 6)),
        ["quantile"] = Aggregated(a => a.Quantile(e => e.V, 0.5)),
        ["decayed"] = Aggregated(a => a.Decayed(e => e.V, e => e.T, Second)),
        ["a list of a user's own"] = Aggregated(_ => new HalfDone()),
        ["functions of a user's own"] = Aggregated(a => a.Custom<List<int>, string>(
            "all", () => [], (all, e) => { all.Add(e.V); Good(e); return all; }, (all, other) => [.. all, .. other],
            all => string.Join(' ', all.Order()))),
        ["tumbling"] = Windowed(Tumbling.Every(Second)),
        ["hopping"] = Windowed(Hopping.Of(Second * 2, Second)),
        ["cumulating"] = Windowed(Cumulating.Of(Second * 4, Second)),
        ["sessions"] = Windowed(Session.WithGap(TimeSpan.FromMilliseconds(300))),
        ["sliding"] = Windowed(Sliding.Over(Second)),
        ["counting"] = Windowed(Counting.Of(4, 2)),
        ["triggered"] = Windowed(Hopping.Of(Second * 2, Second), new Trigger { AllowedLateness = Second }),
        ["select of a table"] = Tabled(e => e.ToTable().Select(x => Good(x))),
        ["where of a table"] = Tabled(e => e.ToTable().Where(x => Good(x) % 3 != 0)),
        ["select behind where"] = Tabled(e => e.ToTable().Where(x => x.V % 3 != 0).Select(x => Good(x)).Where(v => v % 2 == 0)),
        ["group by"] = Tabled(e => e.ToTable().GroupBy(x => Good(x) % 3).Aggregate(a => a.Sum(x => x.V), (_, sum) => sum)),
        ["sum of a group"] = Tabled(
            e => e.ToTable().GroupBy(x => x.V % 3).Aggregate(a => (a.Count(), a.Sum(x => Good(x))), (_, n, sum) => (n, sum))),
        ["max of a group"] = Tabled(
            e => e.ToTable().GroupBy(x => x.V % 3)
            .Aggregate(a => (a.Max(x => Good(x)), a.CountDistinct(x => x.V)), (_, max, n) => (max, n))),
        ["top of a group"] = Tabled(
            e => e.ToTable().GroupBy(x => x.V % 2).TopN(2, x => Good(x)).Select(top => string.Join(' ', top.Select(x => x.V)))),
        ["one group"] = Tabled(e => e.ToTable().GroupBy(_ => 0).Aggregate(_ => new HalfDone(), (_, all) => all)),
        ["aggregate"] = Tabled(e => e.Aggregate(a => (a.CountDistinct(x => x.V), a.Sum(x => Good(x))), (_, n, sum) => (n, sum))),
        ["latest by"] = Tabled(e => e.LatestBy(x => Good(x))),
        ["top n"] = Tabled(e => e.TopN(2, x => Good(x)).Select(top => string.Join(' ', top.Select(x => x.V)))),
        ["left join of tables"] = Tabled(e => e.ToTable().LeftJoin(Rights(e), (x, right) => (Good(x), right.V))),
        ["outer join of tables"] = Tabled(e => Rights(e).OuterJoin(e.ToTable(), (right, x) => (x.K < 0 ? 0 : Good(x), right.V))),
        ["foreign key"] = Tabled(e => e.ToTable().LeftJoin(Rights(e), x => Good(x) % 5, (x, right) => (x.V, right.V))),
        ["join by foreign key"] = Tabled(e => e.ToTable().LeftJoin(Rights(e), x => x.K / 2, (x, right) => (Good(x), right.V))),
        ["process with a number"] = Processed(() => new Number()),
        ["process with an object"] = Processed(() => new Anything()),
        ["process with states"] = Processed(() => new States(null)),
        ["process with states that end"] = Processed(() => new States(Second)),
        ["select many"] = pipeline => Events(pipeline).KeyBy(e => e.K).Values()
            .SelectMany(e => Enumerable.Range(0, 3).Select(i => i < 2 ? e.V : Good(e))).Select(v => $"{v}").To(Results),
        ["join of intervals"] = pipeline => Keyed(pipeline).JoinInterval(
            Keyed(pipeline).Where(e => !e.IsBad), -Second / 10, e => TimeSpan.FromMilliseconds(Good(e)), Second / 10, (l, r) => $"{l} {r}",
            "pairs").Values().To(Results),
        ["join of windows"] = pipeline => Keyed(pipeline).Select(e => e with { V = Good(e) }).JoinWindow(
            Keyed(pipeline).Where(e => Good(e) > 0), Tumbling.Every(Second), (l, r) => $"{l} {r}").Values().To(Results),
        ["match"] = pipeline => Keyed(pipeline).Match(
            Pattern.Begin<Ev>("high", e => Good(e) > 5).OneOrMore().Next("low", e => Good(e) < 4).FollowedBy("any", e => Good(e) > 2)
                .Within(Second),
            (key, match) => $"{key} {string.Join(' ', match.All)}").Values().To(Results),
        ["join as of"] = pipeline => Keyed(pipeline).LeftJoinAsOf(
            Keyed(pipeline).Where(e => e.V % 3 == 0 && !e.IsBad, "thirds"), (l, r) => $"{Good(l)} {r.V}").Values().To(Results),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Topic<string> Results => Topic.Of<string>("results");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_that_code_fails_on_changes_nothing_whatever_happens_to_the_job(string name)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var events = Draw(new Random(seed));
            var good = Simulate(name, [.. events.Where(e => !e.IsBad)]).Run(new SimulatedSchedule(0, [], 1));
            var simulation = Simulate(name, events);

            Assert.Equal(good, simulation.Run(new SimulatedSchedule(0, [], 1 + seed)));
            simulation.Run(Seeds);
        }
    }

    private static Simulation Simulate(string name, Ev[] events) => new(
        log => log.Append("events", events),
        () =>
        {
            var pipeline = new Pipeline("whole") { OnError = ErrorPolicy.DeadLetter() };
            Cases[name](pipeline);
            return pipeline;
        },
        log => log.TryGetTopic("changes", out _) ? Sum(Topic.Of<Row>("changes").ReadAll(log)) : log.Sorted<string>("results"));

    private static Ev[] Draw(Random random)
    {
        var events = Enumerable.Range(0, 160)
            .Select(i => new Ev(random.Next(6), random.Next(1, 10), i * 20 + random.Next(200), random.Next(4) == 0));
        return [.. events.Select((e, i) => i < 2 ? e with { IsBad = true } : e)];
    }

    private static int Good(Ev e) => e.IsBad ? throw new InvalidOperationException($"{e} is bad.") : e.V;

    private static Stream<Ev> Events(Pipeline pipeline)
        => pipeline.From(Topic.Of<Ev>("events").StopAtEnd()).WithEventTime(e => e.T, TimeSpan.FromHours(1));

    private static KeyedStream<int, Ev> Keyed(Pipeline pipeline)
        => s_read.GetValue(pipeline, pipeline => Events(pipeline).KeyBy(e => e.K));

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Pipeline, KeyedStream<int, Ev>> s_read = [];

    private static Table<int, Ev> Rights(KeyedStream<int, Ev> events)
        => events.Where(e => e.V > 4 && !e.IsBad, "rights").ToTable("rights-table");

    private static Action<Pipeline> Aggregated<TR>(Func<Aggregates<Ev>, Aggregation<Ev, TR>> aggregate) => pipeline => Keyed(pipeline)
        .Window(Tumbling.Every(Second))
        .Aggregate(a => (a.Count(), aggregate(a), a.Sum(e => Good(e))), (key, window, n, r, sum) => $"{key} {window} {n} {Text(r)} {sum}")
        .Values().To(Results);

    private static Action<Pipeline> Windowed(WindowSpec windows, Trigger? trigger = null) => pipeline => Keyed(pipeline)
        .Window(windows, trigger: trigger)
        .Aggregate(
        a => (a.Top(20, e => e.V), a.Sum(e => Good(e))),
        (key, window, top, sum) => $"{key} {window} {string.Join(' ', top.Select(e => e.V))} {sum}")
        .Values().To(Results);

    private static Action<Pipeline> Tabled<TKey, TRow>(Func<KeyedStream<int, Ev>, Table<TKey, TRow>> table)
        where TKey : notnull
        => pipeline => table(Keyed(pipeline)).Changes().Pairs
            .Select(pair => new Row($"{pair.Key}", pair.Value.HasOld, Text(pair.Value.Old), pair.Value.HasNew, Text(pair.Value.New)),
                "text").KeyBy(row => row.Key).To(Topic.Of<Row>("changes"));

    private static Action<Pipeline> Processed(Func<KeyedProcess<int, Ev, int, string>> process)
        => pipeline => Outputs(Keyed(pipeline).Process(process));

    private static Action<Pipeline> Processed(Func<KeyedProcess<int, Ev, Bag, string>> process)
        => pipeline => Outputs(Keyed(pipeline).Process(process));

    private static Action<Pipeline> Processed(Func<KeyedProcess<int, Ev, string>> process)
        => pipeline => Outputs(Keyed(pipeline).Process(process));

    private static void Outputs(KeyedStream<int, string> results)
        => results.Values().Union(results.SideOutput(Alerts).Values()).To(Results);

    private static string Text(object? value) => value switch
    {
        System.Collections.IEnumerable list and not string => string.Join(' ', list.Cast<object>().Select(Text)),
        Collected<int> collected => $"{Text(collected.Values)} and {collected.Dropped}",
        _ => $"{value}",
    };

    /// <summary>Sums changes up, each of which must be of the row before.</summary>
    private static IReadOnlyList<string> Sum(IEnumerable<Row> changes)
    {
        var rows = new Dictionary<string, string>();
        foreach (var change in changes)
        {
            var exists = rows.TryGetValue(change.Key, out var row);
            if (exists != change.HasOld || (exists && row != change.Old)) return [$"{change} came where {(exists ? row : "nothing")} was"];
            if (change.HasNew) rows[change.Key] = change.New;
            else rows.Remove(change.Key);
        }

        return [.. rows.Select(row => $"{row.Key}: {row.Value}").Order(StringComparer.Ordinal)];
    }

    public readonly record struct Ev(int K, int V, long T, bool IsBad);

    public sealed record Row(string Key, bool HasOld, string Old, bool HasNew, string New);

    /// <summary>A value with an order of its own.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1036", Justification = "The operators are not asked for.")]
    public sealed record Odd(int V) : IComparable<Odd>
    {
        public int CompareTo(Odd? other) => V.CompareTo(other!.V);
    }

    public sealed class Bag
    {
        public List<int> Values { get; set; } = [];
    }

    /// <summary>Changes its list, then fails.</summary>
    private sealed class HalfDone : Aggregation<Ev, List<int>, string>
    {
        public override string Name => "half done";

        public override bool CanRetract => true;

        public override List<int> Create() => [];

        public override void Add(ref List<int> accumulator, in Ev value)
        {
            accumulator.Add(value.V);
            accumulator.Sort();
            Good(value);
        }

        public override void Retract(ref List<int> accumulator, in Ev value)
        {
            accumulator.Remove(value.V);
            Good(value);
        }

        public override void Merge(ref List<int> accumulator, in List<int> other)
        {
            accumulator.AddRange(other);
            accumulator.Sort();
        }

        public override string Result(in List<int> accumulator) => string.Join(' ', accumulator);
    }

    private sealed class Number : KeyedProcess<int, Ev, int, string>
    {
        public override void OnRecord(in Record<Ev> record, ref int state, ProcessContext<int, string> context)
        {
            state += record.Value.V;
            context.Emit($"{context.Key} has {state}");
            context.Emit(Alerts, $"{context.Key} alerts at {state}");
            context.SetTimer(record.Value.T + 50);
            context.SetTimer(record.Value.IsBad ? record.Value.T + 51 : record.Value.T + 50);
            if (record.Value.IsBad) context.ClearState();
            Good(record.Value);
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<int, string> context)
        {
            var before = state++;
            context.Emit($"{context.Key} at {timestamp}");
            if (timestamp % 7 == 0) throw new InvalidOperationException($"{before}");
        }
    }

    private sealed class Anything : KeyedProcess<int, Ev, Bag, string>
    {
        public override void OnRecord(in Record<Ev> record, ref Bag state, ProcessContext<int, string> context)
        {
            state ??= new Bag();
            state.Values.Add(record.Value.V);
            context.Emit(string.Join(' ', state.Values));
            Good(record.Value);
        }
    }

    private sealed class States(TimeSpan? timeToLive) : KeyedProcess<int, Ev, string>
    {
        private ValueState<long> _sum = null!;
        private ListState<string> _list = null!;
        private MapState<int, Bag> _map = null!;
        private ReducingState<Ev, IReadOnlyList<Ev>> _top = null!;

        public override void Open(ProcessStates<int, Ev> states)
        {
            _sum = states.Value<long>("sum", timeToLive);
            _list = states.List<string>("list", timeToLive);
            _map = states.Map<int, Bag>("map", timeToLive);
            _top = states.Reducing("top", a => a.Top(3, e => e.V), timeToLive);
        }

        public override void OnRecord(in Record<Ev> record, ProcessContext<int, string> context)
        {
            var e = record.Value;
            _sum.Value += e.V;
            if (_list.Count > 3 || e.IsBad) _list.RemoveFirst(2);
            _list.Add($"{e.V}");
            (_map.Update(e.V % 3, out _) ??= new Bag()).Values.Add(e.V);
            if (e.IsBad) _map.Remove((e.V + 1) % 3);
            _top.Add(e);
            _top.TryGet(out var top);
            context.Emit(
                $"{context.Key} {_sum.Value} {string.Join(' ', All())} {Text(top.Select(t => t.V))} {string.Join(' ', Entries())}");
            if (e.V == 9) context.ClearState();
            Good(e);
        }

        private IEnumerable<string> All()
        {
            foreach (var element in _list) yield return element;
        }

        private IEnumerable<string> Entries()
        {
            var entries = new List<string>();
            foreach (var (key, bag) in _map) entries.Add($"{key}={string.Join('+', bag.Values)}");
            return entries.Order(StringComparer.Ordinal);
        }
    }
}
