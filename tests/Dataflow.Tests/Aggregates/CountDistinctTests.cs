using CsCheck;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

/// <summary>Exact counts of different values, against LINQ.</summary>
public class CountDistinctTests
{
    [Fact]
    public void Counts_each_value_once()
    {
        Merges(Readings, a => a.CountDistinct(r => r.Value), rows => rows.Select(r => r.Value).Distinct().Count());
        Merges(Readings, a => a.CountDistinct(r => r.Sensor), rows => rows.Select(r => r.Sensor).Distinct().Count());
        Merges(Readings, a => a.CountDistinct(r => (r.Sensor, r.Value)), rows => rows.Select(r => (r.Sensor, r.Value)).Distinct().Count());
    }

    [Fact]
    public void Counts_under_several_conditions_with_one_set()
        => Merges(
            Readings,
            a => a.CountDistinct(r => r.TimeMs, _ => true, r => r.Value < 0, r => r.Value >= 0, r => r.Value > 5),
            rows => [
                Distinct(rows, _ => true), Distinct(rows, r => r.Value < 0), Distinct(rows, r => r.Value >= 0),
                Distinct(rows, r => r.Value > 5)]);

    [Fact]
    public void A_value_is_gone_when_its_last_row_is()
    {
        Retracts(Readings, a => a.CountDistinct(r => r.Sensor), rows => rows.Select(r => r.Sensor).Distinct().Count());
        Retracts(
            Readings,
            a => a.CountDistinct(r => r.TimeMs, r => r.Value < 0, r => r.Value > 5),
            rows => [Distinct(rows, r => r.Value < 0), Distinct(rows, r => r.Value > 5)]);
    }

    [Fact]
    public void A_row_taken_back_that_was_never_added_is_an_error()
    {
        var distinct = Running.Of(new TableAggregates<string>().CountDistinct(text => text));

        Assert.Throws<InvalidOperationException>(() => distinct.Retract("a"));
    }

    [Fact]
    public void Takes_one_to_eight_conditions()
    {
        var a = new Aggregates<int>();
        Func<int, bool> any = _ => true;

        Assert.Throws<ArgumentException>(() => a.CountDistinct(x => x, []));
        Assert.Throws<ArgumentException>(() => a.CountDistinct(x => x, any, any, any, any, any, any, any, any, any));
    }

    [Fact]
    public void A_set_without_references_is_written_as_it_lies_in_memory()
    {
        var distinct = Running.Of(new Aggregates<long>().CountDistinct(x => x));
        for (var i = 0L; i < 200_000; i++) distinct.Add(i * 7919);

        Assert.InRange(distinct.Bytes.Length, 8 * 200_000, (8 * 200_000) + 20);
        distinct.Restart();
        Assert.Equal(200_000, distinct.Result);
    }

    private static long Distinct(IEnumerable<Reading> rows, Func<Reading, bool> where)
        => rows.Where(where).Select(r => r.TimeMs).Distinct().Count();
}
