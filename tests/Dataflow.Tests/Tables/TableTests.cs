using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Tables;

/// <summary>Tables against plain models: what their changes sum up to is what a dictionary holds at the end.</summary>
public class TableTests
{
    private static readonly Gen<Sale[]> Sales = Gen
        .Select(Gen.Int[0, 12], Gen.Int[0, 3], Gen.Int[-50, 50], Gen.Int[0, 99])
        .Array[0, 400]
        .Select(rows => rows.Select(r => new Sale(r.Item1, $"city {r.Item2}", r.Item3, r.Item4)).ToArray());

    [Fact]
    public void The_latest_row_of_each_key_wins() => Check(
        (stream, _) => stream.ToTable().Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => (g.Key, $"{g.Last()}")));

    [Fact]
    public void LatestBy_goes_by_time_and_of_equal_times_by_arrival() => Check(
        (stream, _) => stream.LatestBy(s => s.Day).Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => (g.Key, $"{g.Last(s => s.Day == g.Max(o => o.Day))}")));

    [Fact]
    public void Aggregates_of_a_stream_are_those_of_all_records_so_far() => Check(
        (stream, _) => stream.Aggregate(
            a => (a.Count(), a.Sum(s => s.Amount), a.Max(s => s.Day)), (shop, count, sum, day) => $"{shop} {count} {sum} {day}").Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => (g.Key, $"{g.Key} {g.Count()} {g.Sum(s => (long)s.Amount)} {g.Max(s => s.Day)}")));

    [Fact]
    public void Groups_of_a_table_follow_its_rows() => Check(
        (stream, _) => stream.ToTable().GroupBy(s => s.City)
            .Aggregate(a => (a.Count(), a.Sum(s => s.Amount)), (city, count, sum) => $"{city} {count} {sum}").Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => g.Last()).GroupBy(s => s.City)
            .Select(g => (g.Key, $"{g.Key} {g.Count()} {g.Sum(s => (long)s.Amount)}")));

    [Fact]
    public void Groups_of_a_table_know_the_next_best_when_a_row_changes() => Check(
        (stream, _) => stream.ToTable().GroupBy(s => s.City)
            .Aggregate(
                a => (a.Max(s => s.Amount), a.Top(2, s => s.Amount), a.CountDistinct(s => s.Amount)),
                (city, max, top, distinct) => $"{city} {max} {string.Join(' ', top.Select(s => s.Amount))} {distinct}").Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => g.Last()).GroupBy(s => s.City, s => s.Amount)
            .Select(g => (g.Key, $"{g.Key} {g.Max()} {string.Join(' ', g.OrderDescending().Take(2))} {g.Distinct().Count()}")));

    [Fact]
    public void Where_inserts_and_deletes_as_rows_begin_and_cease_to_satisfy_it() => Check(
        (stream, _) => stream.ToTable().Where(s => s.Amount > 0).Select(s => s.City).Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => g.Last()).Where(s => s.Amount > 0).Select(s => (s.Shop, s.City)));

    [Fact]
    public void Changes_of_a_table_make_the_table_again() => Check(
        (stream, _) => stream.ToTable().Where(s => s.Amount > 0).Changes().ToTable("again").Select(s => s.City).Changes(),
        sales => sales.GroupBy(s => s.Shop).Select(g => g.Last()).Where(s => s.Amount > 0).Select(s => (s.Shop, s.City)));

    [Fact]
    public void A_key_that_comes_often_in_a_batch_costs_one_change()
    {
        var changes = Harness.Run(
            Enumerable.Range(0, 640).Select(i => new Sale(i % 2, "", 1, 0)),
            s => s.KeyBy(x => x.Shop).Aggregate(a => a.Count(), (shop, count) => (shop, count)).Changes());

        Assert.Equal(2 * (640 / 64), changes.Count); // the harness reads 64 records at once
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_stream_can_be_joined_with_a_table_made_of_it(int workers)
    {
        var results = Harness.Run(
            Enumerable.Range(0, 300).Select(i => new Sale(i % 3, "", i, i)),
            s =>
            {
                var sales = s.KeyBy(x => x.Shop);
                return sales.Join(sales.Aggregate(a => a.Count(), (_, count) => count), (sale, count) => (sale.Day, count));
            },
            workers);

        Assert.All(results, r => Assert.InRange(r.count, 1, 100));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_table_in_a_topic_comes_back_without_the_rows_that_are_gone(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        var write = new Pipeline("write");
        write.From(
            Source.Of(
            [new Sale(1, "a", 1, 0), new Sale(2, "b", 2, 0), new Sale(1, "a", -1, 0), new Sale(3, "c", 3, 0), new Sale(3, "d", 4, 0)]))
            .KeyBy(s => s.Shop).ToTable().Where(s => s.Amount > 0).To(Topic.Of<Sale>("sales"));
        SimulatedJob.Start(write, log, workers).Run();

        var read = new Pipeline("read");
        var joined = Sink.Memory<string>();
        read.From(Source.Of([1, 2, 3, 4])).KeyBy(x => x)
            .Join(read.Table<int, Sale>(Topic.Of<Sale>("sales").StopAtEnd()), (x, sale) => $"{x} {sale.City}").To(joined);

        Assert.Equal(["2 b", "3 d"], Run(read, joined).Order());

        IReadOnlyList<string> Run(Pipeline pipeline, MemorySink<string> sink)
        {
            SimulatedJob.Start(pipeline, log, workers).Run();
            return sink.Committed;
        }
    }

    [Fact]
    public void A_groups_aggregate_that_cannot_take_rows_back_is_refused_at_once()
    {
        var stream = new Pipeline("p").From(Source.Of<Sale>([])).KeyBy(s => s.Shop);

        var error = Assert.Throws<ArgumentException>(
            () => stream.ToTable().GroupBy(s => s.City).Aggregate(_ => new Forgetful(), (_, n) => n));

        Assert.Contains("cannot take back", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Sums up the changes of a table and compares; also that each old row is the one that was in force.</summary>
    private static void Check<TKey, TRow>(
        Func<KeyedStream<int, Sale>, int, KeyedStream<TKey, Change<TRow>>> table, Func<Sale[], IEnumerable<(TKey, string)>> model)
        where TKey : notnull
        => Gen.Select(Sales, Gen.Int[1, 3], Gen.Int[0, 1000]).Sample(
            (sales, workers, seed) =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append("sales", sales);
                var changes = new List<Keyed<TKey, Change<TRow>>>();
                var half = sales.Length / 2;
                Run(half, workers);
                Run(sales.Length, (workers % 3) + 1);

                var rows = Sum(changes);
                Assert.Equal(model(sales).OrderBy(r => r.Item1), rows.Select(r => (r.Key, $"{r.Value}")).OrderBy(r => r.Key));

                void Run(int until, int on)
                {
                    var sink = Sink.Memory<Keyed<TKey, Change<TRow>>>();
                    var pipeline = new Pipeline("tables");
                    var read = pipeline.From(Topic.Of<Sale>("sales")).KeyBy(s => s.Shop);
                    table(read, until).Pairs.To(sink);
                    var job = SimulatedJob.Start(pipeline, log, on, seed);
                    if (until < sales.Length)
                    {
                        while (job.Status.RecordsRead < until && job.Step()) { }
                    }
                    else
                    {
                        job.RunUntilIdle();
                    }

                    job.Checkpoint();
                    changes.AddRange(sink.Committed);
                    job.Close();
                }
            },
            iter: 40);

    private static Dictionary<TKey, TRow> Sum<TKey, TRow>(IEnumerable<Keyed<TKey, Change<TRow>>> changes)
        where TKey : notnull
    {
        var rows = new Dictionary<TKey, TRow>();
        foreach (var (key, change) in changes)
        {
            Assert.Equal(change.HasOld, rows.TryGetValue(key, out var row));
            Assert.False(change.Kind == ChangeKind.Update && EqualityComparer<TRow>.Default.Equals(change.Old, change.New));
            if (change.HasOld) Assert.Equal(change.Old, row);
            if (change.HasNew) rows[key] = change.New;
            else rows.Remove(key);
        }

        return rows;
    }

    public sealed record Sale(int Shop, string City, int Amount, int Day);

    private sealed class Forgetful : Aggregation<Sale, long, long>
    {
        public override string Name => "forgetful";

        public override long Create() => 0;

        public override void Add(ref long accumulator, in Sale value) => accumulator++;

        public override void Merge(ref long accumulator, in long other) => accumulator += other;

        public override long Result(in long accumulator) => accumulator;
    }
}
