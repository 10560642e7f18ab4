using Dataflow.Log;
using Dataflow.Tables;
using Dataflow.Testing;

namespace Dataflow.Tests.Tables;

/// <summary>An update that says what the row said before does not go out.</summary>
public sealed class UnchangedRowTests : IDisposable
{
    private static readonly Sale[] Repeated = [new(1, "a", 5), new(1, "a", 5), new(1, "a", 3), new(1, "b", 5)];

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Of_what_comes_in()
    {
        Check(["5a", "3a", "5b"], sales => sales.ToTable().Changes());
        Check(["5a", "5b"], sales => sales.LatestBy(sale => sale.Amount).Changes());
        Check(["5a", "5b"], sales => sales.Where(sale => sale.Amount == 5).Select(Change).ToTable().Changes());
    }

    [Fact]
    public void Of_what_is_made_of_a_row()
    {
        Check(["a", "b"], sales => sales.ToTable().Select(sale => sale.City).Changes());
        Check(["a", "b"], sales => sales.ToTable().MapAsync((sale, _) => Task.FromResult(sale.City)).Changes());
    }

    [Fact]
    public void Of_aggregates()
    {
        Check(["5"], sales => sales.Aggregate(a => a.Max(sale => sale.Amount), (_, max) => max).Changes());
        Check(["5a"], sales => sales.Aggregate(a => a.MaxBy(sale => sale.Amount), (_, max) => max).Changes());
        Check(["5a", "5a 5a"], sales => Text(sales.TopN(2, sale => sale.Amount)));
        Check(["5", "3", "5"],
            sales => sales.ToTable().GroupBy(_ => 0).Aggregate(a => a.Max(sale => sale.Amount), (_, max) => max).Changes());
        Check(["1"], sales => sales.ToTable().GroupBy(_ => 0).Aggregate(a => a.Count(), (_, count) => count).Changes());
        Check(["5a", "3a", "5b"], sales => Text(sales.ToTable().GroupBy(_ => 0).TopN(2, sale => sale.Amount)));
    }

    [Fact]
    public void Of_joins()
    {
        Check(["a", "b"], sales => sales.ToTable().Join(
            sales.Where(sale => sale.Amount == 5).Select(_ => 0).ToTable("zeros"), (sale, _) => sale.City).Changes());
        Check(["a", "b"], sales => sales.ToTable().LeftJoin(
            sales.Values().KeyBy(sale => sale.Key, "others").ToTable("others-table"), sale => sale.Key + 7, (sale, _) => sale.City)
                .Changes());
    }

    [Fact]
    public void Rows_that_cannot_be_compared_go_out_each_time()
    {
        Check(["5", "3", "5"], sales => sales.ToTable().Select(sale => new ById(1, sale.Amount)).Changes());
        Check(["1", "2", "3", "4"], sales => sales.Aggregate(
            a => a.Custom("own", () => new Growing(), (all, _) => all.Grow(), (all, _) => all, all => all), (_, all) => all).Changes());
    }

    [Fact]
    public void Comparing_costs_no_allocation()
    {
        var (sale, same, other) = ((1, "a", 2.5m, (long?)7), (1, "a", 2.50m, (long?)7), (1, "a", 2.5m, (long?)8));
        IReadOnlyList<Sale> list = [.. Repeated], lists = [.. Repeated];
        Assert.True(
            RowEquality<(int, string, decimal, long?)>.AreSame(sale, same) && RowEquality<IReadOnlyList<Sale>>.AreSame(list, lists));
        Assert.False(RowEquality<Plain>.AreSame(default, default));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            if (RowEquality<(int, string, decimal, long?)>.AreSame(sale, other) || RowEquality<Plain>.AreSame(default, default)
                || !RowEquality<IReadOnlyList<Sale>>.AreSame(list, lists)) break;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    private static Change<Sale> Change(Sale sale) => new(ChangeKind.Insert, default, sale);

    private static KeyedStream<int, Change<string>> Text(Table<int, IReadOnlyList<Sale>> top)
        => top.Changes().Select(change => new Change<string>(change.Kind, "", string.Join(' ', change.New!)));

    private void Check<TKey, TRow>(string[] expected, Func<KeyedStream<int, Sale>, KeyedStream<TKey, Change<TRow>>> table)
        where TKey : notnull
    {
        var topic = $"sales-{Guid.NewGuid():N}";
        _log.CreateTopicAsync(topic, 1).AsTask().GetAwaiter().GetResult();
        var pipeline = new Pipeline(topic);
        var rows = Sink.Memory<string>();
        table(pipeline.From(Topic.Of<Sale>(topic)).KeyBy(sale => sale.Key)).Values().Where(change => change.HasNew)
            .Select(change => $"{change.New}").To(rows);
        var job = SimulatedJob.Start(pipeline, _log);
        foreach (var sale in Repeated)
        {
            _log.Append(topic, [sale]);
            job.RunUntilIdle();
        }

        job.Checkpoint();
        Assert.Equal(expected, rows.Committed);
        job.Close();
    }

    public sealed record Sale(int Key, string City, int Amount)
    {
        public override string ToString() => $"{Amount}{City}";
    }

    /// <summary>Looks at an id alone, as entities do.</summary>
    public sealed class ById(int id, int amount) : IEquatable<ById>
    {
        public int Id { get; } = id;

        public int Amount { get; } = amount;

        public bool Equals(ById? other) => other?.Id == Id;

        public override bool Equals(object? obj) => Equals(obj as ById);

        public override int GetHashCode() => Id;

        public override string ToString() => $"{Amount}";
    }

    /// <summary>An accumulator that changes in place and is the row as well.</summary>
    public sealed record Growing
    {
        public int Count { get; set; }

        public Growing Grow()
        {
            Count++;
            return this;
        }

        public override string ToString() => $"{Count}";
    }

    private readonly struct Plain(int number)
    {
        public int Number { get; } = number;
    }
}
