using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Planning;

/// <summary>Two of a verb under one name are refused, and the advice, once taken, mends it.</summary>
public class NameAdviceTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly WindowSpec Minutes = Tumbling.Every(Minute);
    private static readonly Pattern<int> One = Pattern.Begin<int>("one", x => x > 0);

    private static readonly Dictionary<string, (string Advice, Verb Add)> Verbs = new()
    {
        ["windows"] = (Of("Window"), (s, _, name) => s.Window(Minutes, name ?? "window").Aggregate(a => a.Count(), (_, _, n) => n).End()),
        ["windows without keys"] = (Of("Window"),
            (s, _, name) => s.Values().Window(Minutes, name ?? "window").Aggregate(a => a.Count(), (_, n) => n).KeyBy(n => n).End()),
        ["groups of records"] = (Of("CoGroup"),
            (s, _, name) => s.CoGroup(s.Where(_ => true), Minutes, (_, _, a, _) => a, name ?? "co-group").End()),
        ["left joins of windows"] = (Of("LeftJoinWindow"),
            (s, _, name) => s.LeftJoinWindow(s.Where(_ => true), Minutes, (a, _) => a, name ?? "join-window").End()),
        ["aggregates"] = (Own, (s, _, name) => s.Aggregate(a => a.Count(), (_, n) => n, name ?? "aggregate").Changes().End()),
        ["top"] = (Own, (s, _, name) => s.TopN(1, x => x, name ?? "top-n").Changes().End()),
        ["latest"] = (Own, (s, _, name) => s.LatestBy(x => x, name ?? "latest-by").Changes().End()),
        ["tables"] = (Of(Table), (s, _, name) => s.ToTable(name ?? "table").Changes().End()),
        ["joins of tables"] = (Own, (_, t, name) => t.Join(t.Where(_ => true), (a, _) => a, name ?? "join-tables").Changes().End()),
        ["joins by foreign key"] = (Of("Join"),
            (_, t, name) => t.Join(t.Where(_ => true), x => x, (a, _) => a, name ?? "foreign-key-join").Changes().End()),
        ["left joins by foreign key"] = (Of("LeftJoin"),
            (_, t, name) => t.LeftJoin(t.Where(_ => true), x => x, (a, _) => a, name ?? "foreign-key-left-join").Changes().End()),
        ["calls for rows"] = (
            Of(Table), (_, t, name) => t.MapAsync((x, _) => Task.FromResult(x), name: name ?? "map-async").Changes().End()),
        ["joins with rows"] = (Of(Table),
            (s, t, name) => s.Join(t.Select(x => x, name ?? "select").GroupBy(x => x).TopN(1, x => x, name ?? "top-n"), (x, _) => x).End()),
        ["intervals"] = (
            Own, (s, _, name) => s.JoinInterval(s.Where(_ => true), -Minute, Minute, (a, _) => a, name ?? "join-interval").End()),
        ["as of"] = (Own, (s, _, name) => s.JoinAsOf(s.Where(_ => true), (a, _) => a, name: name ?? "join-as-of").End()),
        ["of all time"] = (Own, (s, _, name) => s.Join(s.Where(_ => true), (a, _) => a, name: name ?? "join-streams").End()),
        ["broadcast"] = (Own, (s, _, name) => s.Values()
            .JoinBroadcast(s, (a, b) => a == b, (a, _) => a, name ?? "join-broadcast").KeyBy(x => x).End()),
        ["processes"] = (Own, (s, _, name) => s.Process(() => new RunningCount<int, int>(), name ?? "process").End()),
        ["matches"] = (Own, (s, _, name) => s.Match(One, (_, m) => m.All[0], name: name ?? "match").End()),
        ["batches"] = (Own, (s, _, name) => s.Batch(2, name: name ?? "batch").Select(list => list[0]).End()),
        ["calls"] = (Own, (s, _, name) => s.MapAsync(x => Task.FromResult(x), name: name ?? "map-async").End()),
        ["lookups"] = (Own, (s, _, name) => s.Lookup((_, _) => Task.FromResult<string?>(null), (x, _) => x, name: name ?? "lookup").End()),
        ["without doubles"] = (Own, (s, _, name) => s.Deduplicate(name: name ?? "deduplicate").End()),
    };

    private delegate void Verb(KeyedStream<int, int> stream, Table<int, int> table, string? name);

    public static TheoryData<string> Names => [.. Verbs.Keys];

    private static string Table => "the call that makes the table";

    private static string Own => "its argument 'name'";

    [Theory]
    [MemberData(nameof(Names))]
    public void A_second_name_is_asked_of_the_call_that_takes_it(string verb)
    {
        var (advice, add) = Verbs[verb];
        var message = Assert.Throws<PlanException>(Plan(add, null).Explain).Message;

        Assert.Contains("called '", message, StringComparison.Ordinal);
        Assert.EndsWith($" another name, as {advice}.", message.Split('\n')[^1], StringComparison.Ordinal);
        Assert.NotNull(Plan(add, "second").Explain());
    }

    [Fact]
    public void Two_sources_of_one_name_are_told_apart_from_one_that_is_read_twice()
    {
        var pipeline = new Pipeline("sources");
        pipeline.From(Source.Of(1, 2)).Union(pipeline.From(Source.Of(3, 4))).To(Sink.Memory<int>());
        var numbers = Source.Of([1], "numbers");
        var again = new Pipeline("again");
        again.From(numbers).Union(again.From(numbers)).To(Sink.Memory<int>());

        Assert.Equal(
            "Pipeline 'sources': two sources are called 'memory'. If they read different things, give one of them another name (Source.Of "
                + "takes one behind a list); if they read the same, call From once and use its stream twice.",
            Assert.Throws<PlanException>(pipeline.Explain).Message);
        Assert.Equal(
            "Pipeline 'again': source 'numbers' is read twice. Call From once and use its stream twice.",
            Assert.Throws<PlanException>(again.Explain).Message);

        var mended = new Pipeline("mended");
        mended.From(Source.Of(1, 2)).Union(mended.From(Source.Of([3, 4], "others"))).To(Sink.Memory<int>());
        Assert.NotNull(mended.Explain());
    }

    private static string Of(string call) => $"the argument 'name' of {call}";

    private static Pipeline Plan(Verb add, string? second)
    {
        var pipeline = new Pipeline("names");
        var stream = pipeline.From(Source.Of(1, 2)).WithEventTime(x => (long)x).KeyBy(x => x);
        var table = pipeline.Table(Source.Of([1], "rows"), x => x);
        add(stream, table, null);
        add(stream, table, second);
        return pipeline;
    }
}

file static class Ends
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        public void End() => stream.To(Sink.Memory<T>($"{Guid.NewGuid():N}"));
    }
}
