using CsCheck;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

public class DecayedTests
{
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_value_weighs_half_as_much_after_each_half_life()
    {
        var decayed = Running.Of(new Aggregates<Reading>().Decayed(
            r => r.Value, r => DateTimeOffset.FromUnixTimeMilliseconds(r.TimeMs), TimeSpan.FromMilliseconds(10)));
        decayed.Add(new("a", 1_000, 8));
        decayed.Add(new("a", 1_020, 4));
        decayed.Add(new("a", 1_010, 6)); // late

        var result = decayed.Result;
        Assert.Equal(1_020, result.AsOfMs);
        Assert.Equal(2 + 3 + 4, result.Sum, 12);
        Assert.Equal(1.75, result.Count, 12);
        Assert.Equal(9 / 1.75, result.Mean, 12);
        Assert.Equal(4.5, result.At(Epoch.AddMilliseconds(1_030)).Sum, 12);
        Assert.Equal(9 / 1.75, result.At(Epoch.AddMilliseconds(1_030)).Mean, 12);
        Assert.Equal(18, result.At(Epoch.AddMilliseconds(1_010)).Sum, 12);
    }

    [Fact]
    public void Agrees_with_the_definition_after_any_split_and_when_values_go()
        => Retracts(Readings, a => a.Decayed(r => r.Value, r => r.TimeMs, TimeSpan.FromMilliseconds(20)), Model, Same);

    [Fact]
    public void Of_no_values_sum_and_count_are_zero()
    {
        var decayed = new Aggregates<Reading>().Decayed(r => r.Value, r => r.TimeMs, TimeSpan.FromSeconds(1));

        var result = Running.Of(decayed).Result.At(Epoch.AddDays(1));
        Assert.Equal((0, 0), (result.Sum, result.Count));
        Assert.Equal(double.NaN, result.Mean);
    }

    [Fact]
    public void A_half_life_is_positive()
        => Assert.Throws<ArgumentOutOfRangeException>(
            "halfLife", () => new Aggregates<Reading>().Decayed(r => r.Value, r => r.TimeMs, TimeSpan.Zero));

    private static Decayed Model(IReadOnlyList<Reading> rows)
    {
        double Weight(Reading row) => Math.Pow(2, (100 - row.TimeMs) / -20.0);
        return new(rows.Sum(r => r.Value * Weight(r)), rows.Sum(Weight), 100, TimeSpan.FromMilliseconds(20));
    }

    private static void Same(Decayed expected, Decayed actual)
    {
        actual = actual.At(DateTimeOffset.FromUnixTimeMilliseconds(expected.AsOfMs));
        Near(expected.Sum, actual.Sum);
        Near(expected.Count, actual.Count);
    }
}
