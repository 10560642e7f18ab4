using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

/// <summary>Aggregates of a user's own: of functions, and as a class that does not take values back.</summary>
public class CustomTests
{
    [Fact]
    public void Functions_make_an_aggregate()
    {
        Merges(
            Readings,
            a => a.Custom(
                "spread", () => (Least: int.MaxValue, Greatest: int.MinValue),
                (both, r) => (Math.Min(both.Least, r.Value), Math.Max(both.Greatest, r.Value)),
                (one, other) => (Math.Min(one.Least, other.Least), Math.Max(one.Greatest, other.Greatest)),
                both => both.Greatest - (long)both.Least),
            rows => rows.Count == 0 ? int.MinValue - (long)int.MaxValue : rows.Max(r => r.Value) - rows.Min(r => r.Value));
        Retracts(
            Readings,
            a => a.Custom("xor", () => 0L, (x, r) => x ^ r.TimeMs, (x, r) => x ^ r.TimeMs, (x, y) => x ^ y, x => x),
            rows => rows.Aggregate(0L, (x, r) => x ^ r.TimeMs));
    }

    [Fact]
    public void An_aggregate_that_takes_nothing_back_says_so()
    {
        var custom = new Aggregates<int>().Custom("xor", () => 0, (x, y) => x ^ y, (x, y) => x ^ y, x => x);

        Assert.False(custom.CanRetract);
        Assert.False(custom.And(new Aggregates<int>().Count(), (xor, _) => xor).CanRetract);
        var error = Assert.Throws<NotSupportedException>(() => Running.Of(custom).Retract(1));
        Assert.StartsWith("Aggregate 'xor' cannot take a value back.", error.Message, StringComparison.Ordinal);
    }
}
