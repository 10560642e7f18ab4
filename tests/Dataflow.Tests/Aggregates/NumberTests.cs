using CsCheck;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

/// <summary>Counts, sums, means, variances and histograms against LINQ.</summary>
public class NumberTests
{
    private static readonly Gen<double> Numbers = Gen.Int[-1000, 1000].Select(number => number / 8.0);

    [Fact]
    public void Count_counts() => Retracts(Readings, a => a.Count(), rows => rows.Count);

    [Fact]
    public void Count_under_a_condition_counts_what_satisfies_it()
        => Retracts(Readings, a => a.Count(r => r.Value > 0), rows => rows.LongCount(r => r.Value > 0));

    [Fact]
    public void Sums_add_up()
    {
        Retracts(Readings, a => a.Sum(r => r.Value), rows => rows.Sum(r => (long)r.Value));
        Retracts(Readings, a => a.Sum(r => r.Value / 100m), rows => rows.Sum(r => r.Value / 100m));
        Retracts(Numbers, a => a.Sum(x => x), rows => rows.Sum(), Near);
    }

    [Fact]
    public void A_sum_of_whole_numbers_that_overflows_says_so()
    {
        var (sum, other) = (Running.Of(new Aggregates<long>().Sum(x => x)), Running.Of(new Aggregates<long>().Sum(x => x)));
        sum.Add(long.MaxValue);
        other.Add(1);

        Assert.Throws<OverflowException>(() => sum.Add(1));
        Assert.Throws<OverflowException>(() => sum.Merge(other));
        Assert.Throws<OverflowException>(() => sum.Retract(-1));
    }

    [Fact]
    public void Mean_is_the_average()
        => Retracts(Numbers, a => a.Mean(x => x), rows => rows.Count == 0 ? double.NaN : rows.Average(), Near);

    [Fact]
    public void Variance_is_that_of_a_sample()
    {
        Retracts(Numbers, a => a.Variance(x => x), rows => Variance(rows, lost: 1), Near);
        Retracts(Numbers, a => a.StandardDeviation(x => x), rows => Math.Sqrt(Variance(rows, lost: 1)), SquaresNear);
    }

    [Fact]
    public void Population_variance_divides_by_the_count()
    {
        Retracts(Numbers, a => a.PopulationVariance(x => x), rows => Variance(rows, lost: 0), Near);
        Retracts(Numbers, a => a.PopulationStandardDeviation(x => x), rows => Math.Sqrt(Variance(rows, lost: 0)), SquaresNear);
    }

    [Fact]
    public void Variance_keeps_its_digits_where_the_mean_is_large()
    {
        var variance = Running.Of(new Aggregates<double>().Variance(x => x));
        foreach (var number in new[] { 1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16 }) variance.Add(number);

        Assert.Equal(30, variance.Result, 9);
    }

    [Fact]
    public void A_histogram_counts_between_its_bounds()
    {
        double[] bounds = [-5, 0, 2.5];
        Retracts(
            Readings,
            a => a.Histogram(r => r.Value, bounds),
            rows => [.. new Func<double, bool>[] { x => x < -5, x => x is >= -5 and < 0, x => x is >= 0 and < 2.5, x => x >= 2.5 }
                .Select(holds => rows.LongCount(r => holds(r.Value)))]);
    }

    [Fact]
    public void Bounds_of_a_histogram_ascend()
    {
        var a = new Aggregates<double>();

        Assert.Throws<ArgumentException>(() => a.Histogram(x => x));
        Assert.Throws<ArgumentException>(() => a.Histogram(x => x, 1, 1));
        Assert.Throws<ArgumentException>(() => a.Histogram(x => x, 2, 1));
        Assert.Throws<ArgumentException>(() => a.Histogram(x => x, double.NaN));
        Assert.Equal("histogram -1.5|0|2", a.Histogram(x => x, -1.5, 0, 2).Name);
    }

    /// <summary>Near zero the root makes much of a little rounding.</summary>
    private static void SquaresNear(double expected, double actual) => Near(expected * expected, actual * actual);

    private static double Variance(IReadOnlyList<double> rows, int lost)
    {
        if (rows.Count <= lost) return double.NaN;
        var mean = rows.Average();
        return rows.Sum(x => (x - mean) * (x - mean)) / (rows.Count - lost);
    }
}
