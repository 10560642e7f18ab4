using CsCheck;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

/// <summary>Aggregates that pick values by rank or by order of arrival, against LINQ. Few keys, so that many tie.</summary>
public class OrderTests
{
    [Fact]
    public void Min_and_max_are_the_least_and_greatest()
    {
        Merges(Readings, a => a.Min(r => r.Value), rows => rows.Select(r => r.Value).DefaultIfEmpty().Min());
        Merges(Readings, a => a.Max(r => r.Value), rows => rows.Select(r => r.Value).DefaultIfEmpty().Max());
        Retracts(Readings, a => a.Min(r => r.Value), rows => rows.Select(r => r.Value).DefaultIfEmpty().Min());
        Retracts(Readings, a => a.Max(r => r.Sensor), rows => rows.Select(r => r.Sensor).DefaultIfEmpty().Max());
    }

    [Fact]
    public void Min_by_and_max_by_give_the_earliest_with_the_key()
    {
        Merges(Readings, a => a.MinBy(r => r.Value), rows => rows.MinBy(r => r.Value)!);
        Merges(Readings, a => a.MaxBy(r => r.Value), rows => rows.MaxBy(r => r.Value)!);
        Retracts(Readings, a => a.MinBy(r => r.Value), rows => rows.MinBy(r => r.Value)!);
        Retracts(Readings, a => a.MaxBy(r => r.Value), rows => rows.MaxBy(r => r.Value)!);
    }

    [Fact]
    public void All_min_by_and_all_max_by_give_all_that_tie()
    {
        Merges(Readings, a => a.AllMinBy(r => r.Value), rows => [.. rows.Where(r => r.Value == rows.Min(x => x.Value))]);
        Merges(Readings, a => a.AllMaxBy(r => r.Value), rows => [.. rows.Where(r => r.Value == rows.Max(x => x.Value))]);
        Retracts(Readings, a => a.AllMinBy(r => r.Value), rows => [.. rows.Where(r => r.Value == rows.Min(x => x.Value))]);
        Retracts(Readings, a => a.AllMaxBy(r => r.Value), rows => [.. rows.Where(r => r.Value == rows.Max(x => x.Value))]);
    }

    [Fact]
    public void Top_and_bottom_give_the_best_first_and_of_equals_the_earliest()
        => Gen.Int[1, 6].Sample(
            count =>
            {
                Merges(Readings, a => a.Top(count, r => r.Value), rows => [.. rows.OrderByDescending(r => r.Value).Take(count)], iter: 60);
                Merges(Readings, a => a.Bottom(count, r => r.Value), rows => [.. rows.OrderBy(r => r.Value).Take(count)], iter: 60);
            },
            iter: 10);

    [Fact]
    public void Top_and_bottom_of_a_table_go_on_with_the_next_when_a_row_goes()
    {
        Retracts(Readings, a => a.Top(3, r => r.Value), rows => [.. rows.OrderByDescending(r => r.Value).Take(3)]);
        Retracts(Readings, a => a.Bottom(2, r => r.Sensor), rows => [.. rows.OrderBy(r => r.Sensor, StringComparer.Ordinal).Take(2)]);
    }

    [Fact]
    public void First_and_last_go_by_the_order_of_arrival()
    {
        Merges(Readings, a => a.First(r => r.TimeMs), rows => rows.Select(r => r.TimeMs).FirstOrDefault());
        Merges(Readings, a => a.Last(r => r.Sensor), rows => rows.Select(r => r.Sensor).LastOrDefault()!);
        Merges(Readings, a => a.Last(4, r => r), rows => [.. rows.TakeLast(4)]);
    }

    [Fact]
    public void Collect_stops_at_its_limit_and_counts_the_rest()
        => Merges(
            Readings,
            a => a.Collect(7, r => r.Value),
            rows => new([.. rows.Take(7).Select(r => r.Value)], Math.Max(0, rows.Count - 7)),
            (expected, actual) =>
            {
                Assert.Equal(expected.Values, actual.Values);
                Assert.Equal(expected.Dropped, actual.Dropped);
            });

    [Fact]
    public void Strings_are_ranked_by_their_code_units_whatever_the_culture()
    {
        var max = Running.Of(new Aggregates<string>().Max(text => text));
        foreach (var text in new[] { "a", "B", "Z", "_" }) max.Add(text);

        Assert.Equal("a", max.Result);
    }

    [Fact]
    public void Many_rows_of_a_table_stay_in_order()
    {
        var random = new Random(1);
        var min = (Aggregation<int, SortedValues<int>, IReadOnlyList<int>>)new TableAggregates<int>().Bottom(3, x => x);
        var accumulator = min.Create();
        var rows = Enumerable.Range(0, 5_000).Select(_ => random.Next(2_000)).ToList();
        foreach (var row in rows) min.Add(ref accumulator, row);
        Assert.Equal(rows.Order(), accumulator.All);
        for (; rows.Count > 0; rows.RemoveAt(rows.Count - 1))
        {
            if (rows.Count % 100 == 0) Assert.Equal(rows.Order().Take(3), min.Result(in accumulator));
            min.Retract(ref accumulator, rows[^1]);
        }

        Assert.Empty(accumulator.All);
    }

    [Fact]
    public void A_row_taken_back_that_was_never_added_is_an_error()
    {
        var max = Running.Of(new TableAggregates<Reading>().Max(r => r.Value));
        max.Add(new("a", 0, 1));

        var error = Assert.Throws<InvalidOperationException>(() => max.Retract(new("a", 0, 2)));
        Assert.Equal("A row was taken back that no Int32 added before equals. Make the type a record or give it Equals.", error.Message);
    }

    [Fact]
    public void Counts_are_positive()
    {
        var a = new Aggregates<int>();

        Assert.Throws<ArgumentOutOfRangeException>("count", () => a.Top(0, x => x));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => a.Bottom(0, x => x));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => a.Last(-1, x => x));
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => a.Collect(0, x => x));
    }
}
