using System.Buffers;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>What is left out where code fails, and what goes on as before.</summary>
public sealed class LeftOutTests : IDisposable
{
    private const int Bad = 5;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private PipelineDriver? _driver;
    private KeyedStream<string, Ev> _others = null!;
    private Table<string, string> _table = null!;

    private static Topic<Ev> Events => Topic.Of<Ev>("events", partitions: 1);

    private static Topic<string> Results => Topic.Of<string>("results");

    public void Dispose() => _driver?.Dispose();

    [Fact]
    public void Readers_see_the_row_in_force_while_a_newer_one_is_rejected()
    {
        Drive(events => Show(_table = events.ToTable().Where(e => Good(e.V) > 1).Select(e => $"{Good(e.V)}")));

        _driver!.Feed(Events, new Ev("a", 1), new("a", Bad));
        Assert.False(_driver.Read(_table, "a").Exists);
        _driver.Feed(Events, new Ev("a", 2));
        _driver.Feed(Events, new Ev("a", Bad), new("b", Bad));
        _driver.Restart();

        Assert.Equal("2", _driver.Read(_table, "a").Row);
        Assert.False(_driver.Read(_table, "b").Exists);
        _driver.Feed(Events, new Ev("a", 3), new("b", 4));
        Assert.Equal(["a Insert - 2", "a Update 2 3", "b Insert - 4"], _driver.Read(Results).Order());
    }

    [Fact]
    public void Two_steps_of_one_name_on_a_table_keep_what_each_rejected()
    {
        Drive(events =>
        {
            var table = events.ToTable();
            table.Select(e => $"all {e.V}").To(Topic.Of<string>("all"));
            Show(table.Select(e => $"{Good(e.V)}"));
        });

        _driver!.Feed(Events, new Ev("a", 2));
        _driver.Feed(Events, new Ev("a", Bad));
        _driver.Restart();
        _driver.Feed(Events, new Ev("a", 3));

        Assert.Equal(["a Insert - 2", "a Update 2 3"], _driver.Read(Results));
    }

    [Fact]
    public void A_groups_row_stays_in_force_while_its_result_fails()
    {
        Drive(events => Show(_table = events.Aggregate(a => a.Sum(e => e.V), (_, sum) => $"{Good((int)sum)}")));

        foreach (var value in new[] { 2, 3, 1 })
        {
            _driver!.Feed(Events, new Ev("a", value));
            Assert.Equal(value == 1 ? "6" : "2", _driver.Read(_table, "a").Row);
            _driver.Restart();
        }

        Assert.Equal(["a Insert - 2", "a Update 2 6"], _driver!.Read(Results));
        Assert.Equal(["aggregate @-1 Bad."], Letters());
    }

    [Fact]
    public void A_window_whose_result_fails_is_as_it_was()
    {
        var trigger = new Trigger { EarlyRecords = 2, Discards = true };
        Drive(events => events.Window(Tumbling.Every(Second), trigger: trigger)
            .Aggregate(a => a.Sum(e => e.V), (key, window, sum) => $"{key} {Good((int)sum)} {window.Firing} {window.FiringIndex}").Values()
            .To(Results));

        _driver!.Feed(Events, new Ev("a", 2), new("a", 3), new("a", 1), new("a", 1), new("a", 9), new("a", 0, 1000));

        Assert.Equal(["a 7 Early 0", "a 9 OnTime 1"], _driver.Read(Results));
        Assert.Equal(["window-aggregate @-1 Window from 1970-01-01T00:00:00Z to 1970-01-01T00:00:01Z: Bad."], Letters());
    }

    [Fact]
    public void Panes_that_cannot_be_merged_cost_the_window_of_that_key_alone()
    {
        Drive(events => events.Window(Hopping.Of(Second * 2, Second))
            .Aggregate(_ => new BadMerge(), (key, window, sum) => $"{key} {window.StartMs} {sum}").Values().To(Results));

        _driver!.Feed(Events, new Ev("a", 2, 1000), new("b", 1, 1000), new("a", 3, 2000), new("b", 1, 2000), new("c", 0, 9000));

        Assert.Equal(["a 0 2", "a 2000 3", "b 0 1", "b 1000 2", "b 2000 1"], _driver.Read(Results).Order());
        Assert.Equal(["window-aggregate @-1 Window from 1970-01-01T00:00:01Z to 1970-01-01T00:00:03Z: Bad."], Letters());
    }

    [Fact]
    public void A_joins_record_gives_all_its_pairs_or_none_and_is_not_kept()
    {
        Drive(events => events.Join(_others, (l, r) => $"{l.V} {Good(l.V + r.V)}").Values().To(Results));

        _driver!.Feed(Events, new Ev("a", 1), new("a", 2));
        _driver.Feed(Events, new Ev("a", 3, IsOther: true), new("a", 6, IsOther: true));
        _driver.Feed(Events, new Ev("a", 4));

        Assert.Equal(["1 7", "2 8", "4 10"], _driver.Read(Results).Order());
        Assert.Equal(["join-streams events[0]@2 Bad."], Letters());
    }

    [Fact]
    public void A_row_whose_result_fails_leaves_the_results_of_a_join_as_they_were()
    {
        Drive(events => Show(_table = events.ToTable().Join(
            _others.ToTable("rights"), e => "r", (l, r) => $"{l.V} {Good(l.V + r.V)}")));

        _driver!.Feed(Events, new Ev("r", 1, IsOther: true));
        _driver.Feed(Events, new Ev("a", 1), new("a", 4), new("b", 2));
        _driver.Feed(Events, new Ev("r", 3, IsOther: true), new("r", 6, IsOther: true));

        Assert.Equal("1 7", _driver.Read(_table, "a").Row);
        Assert.Equal("2 8", _driver.Read(_table, "b").Row);
        Assert.Equal(["foreign-key-join-match events[0]@2 Bad.", "foreign-key-join-match events[0]@4 Bad."], Letters());
    }

    [Fact]
    public void A_row_that_a_groups_accumulator_cannot_take_leaves_the_one_before_in_it()
    {
        Table<int, Ev> sums = null!;
        Drive(events =>
        {
            sums = events.ToTable().GroupBy(_ => 0).Aggregate(_ => new BadSum(), (_, sum) => sum);
            sums.Changes().Select(change => $"{change.Old.V} {change.New.V}").Values().To(Results);
        });

        foreach (var (key, value) in new[] { ("a", 2), ("b", 3), ("b", 4), ("a", 1), ("b", 1), ("a", 7) })
        {
            _driver!.Feed(Events, new Ev(key, value));
            _driver.Restart();
        }

        Assert.Equal(8, _driver!.Read(sums, 0).Row.V);
        Assert.Equal(["0 2", "2 6", "6 3", "3 8"], _driver.Read(Results));
        Assert.Equal(["aggregate events[0]@1 Bad.", "aggregate events[0]@3 Bad."], Letters());
    }

    [Fact]
    public void A_key_whose_own_code_fails_is_rejected_where_it_is_given()
    {
        Drive(events => events.Values().KeyBy(e => new OwnKey(e.V), "own", new OwnKeySerde())
            .Aggregate(a => a.Count(), (key, n) => $"{key.V} {n}").Changes()
            .Select(change => change.New!).Values().To(Results));

        _driver!.Feed(Events, new Ev("a", 1), new("a", Bad), new("a", 2));

        Assert.Equal(["1 1", "2 1"], _driver.Read(Results).Order());
        Assert.Equal(["own events[0]@1 Bad."], Letters());
    }

    private static int Good(int value) => value == Bad ? throw new InvalidOperationException("Bad.") : value;

    private static void Show(Table<string, string> table)
        => table.Changes().Pairs.Select(pair => $"{pair.Key} {pair.Value.Kind} {pair.Value.Old ?? "-"} {pair.Value.New}", "text")
            .To(Results);

    private void Drive(Action<KeyedStream<string, Ev>> steps) => _driver = new PipelineDriver(() =>
    {
        var pipeline = new Pipeline("left") { OnError = ErrorPolicy.DeadLetter() };
        var events = pipeline.From(Events).WithEventTime(e => e.T).KeyBy(e => e.K);
        _others = events.Where(e => e.IsOther, "others");
        steps(events.Where(e => !e.IsOther));
        return pipeline;
    });

    private IReadOnlyList<string> Letters() => [.. _driver!.Read(Topic.Of<DeadLetter>("left.dead-letters"))
        .Select(letter => $"{letter.Step} {letter.Source}@{letter.Position} {letter.Reason}").Order(StringComparer.Ordinal)];

    public readonly record struct Ev(string K, int V, long T = 0, bool IsOther = false);

    public readonly record struct OwnKey(int V)
    {
        public bool Equals(OwnKey other) => Good(V) == other.V;

        public override int GetHashCode() => V;
    }

    private sealed class OwnKeySerde : Serde<OwnKey>
    {
        public override void Write(OwnKey value, IBufferWriter<byte> bytes) => Serde<int>.Default.Write(value.V, bytes);

        public override OwnKey Read(ReadOnlyMemory<byte> bytes) => new(Serde<int>.Default.Read(bytes));
    }

    /// <summary>Cannot hold five; its result is of the rows' own type.</summary>
    private sealed class BadSum : Aggregation<Ev, int, Ev>
    {
        public override string Name => "bad sum";

        public override bool CanRetract => true;

        public override int Create() => 0;

        public override void Add(ref int accumulator, in Ev value) => accumulator = Good(accumulator + value.V);

        public override void Retract(ref int accumulator, in Ev value) => accumulator -= value.V;

        public override void Merge(ref int accumulator, in int other) => accumulator += other;

        public override Ev Result(in int accumulator) => new("", accumulator);
    }

    private sealed class BadMerge : Aggregation<Ev, int, int>
    {
        public override string Name => "bad merge";

        public override int Create() => 0;

        public override void Add(ref int accumulator, in Ev value) => accumulator += value.V;

        public override void Merge(ref int accumulator, in int other) => accumulator = Good(accumulator + other);

        public override int Result(in int accumulator) => accumulator;
    }
}
