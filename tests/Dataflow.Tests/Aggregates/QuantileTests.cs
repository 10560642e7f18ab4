using CsCheck;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

/// <summary>Quantiles of the sketch against those of the sorted values.</summary>
public class QuantileTests
{
    private static readonly double[] Shares = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1];

    [Fact]
    public void Quantiles_are_within_the_error_after_any_split_and_when_values_go()
    {
        Retracts(
            Gen.Int[-100_000, 100_000].Select(number => number / 128.0), a => a.Quantiles(x => x, Shares), rows => Exact(rows),
            (expected, actual) => Within(0.01, expected, actual));
        Retracts(
            Gen.Int[-3, 3], a => a.Quantile(x => x, 0.5, relativeError: 0.05), rows => Exact([.. rows.Select(x => (double)x)])[3],
            (expected, actual) => Within(0.05, [expected], [actual]));
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.01)]
    [InlineData(0.2)]
    public void The_error_holds_for_values_of_every_distribution(double relativeError)
    {
        var random = new Random(7);
        var quantiles = new Aggregates<double>().Quantiles(x => x, Shares, relativeError);
        foreach (var next in new Func<double>[]
        {
            random.NextDouble,
            () => 5,
            () => 1e6 + random.NextDouble(),
            () => -Math.Log(1 - random.NextDouble()),
            () => Math.Pow(1 - random.NextDouble(), -1 / 1.1),
            () => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()),
            () => Math.Exp(40 * (random.NextDouble() - 0.5)),
            () => random.Next(3) - 1,
        })
        {
            var values = Enumerable.Range(0, 10_000).Select(_ => next()).ToList();
            var sketch = Running.Of(quantiles);
            foreach (var value in values) sketch.Add(value);

            Within(relativeError, Exact(values), sketch.Result);
        }
    }

    [Fact]
    public void A_sketch_stays_small_and_loses_the_numbers_nearest_to_zero_first()
    {
        var quantiles = (Aggregation<double, QuantileSketch, IReadOnlyList<double>>)new Aggregates<double>().Quantiles(x => x, [0, 0.5, 1]);
        double[] values = [1e-300, 1e-200, 1, 1e100, 1e300];
        foreach (var order in new[] { values, [.. values.Reverse()] })
        {
            var sketch = quantiles.Create();
            foreach (var value in order) quantiles.Add(ref sketch, value);

            Assert.InRange(sketch.Positive.Counts.Length, 2000, 2100);
            Within(0.01, [1e300], [quantiles.Result(in sketch)[2]]);
            Assert.InRange(quantiles.Result(in sketch)[0], 1e281, 1e283);
        }
    }

    [Fact]
    public void Numbers_at_the_ends_of_what_double_holds_have_a_place()
    {
        var quantiles = Running.Of(new Aggregates<double>().Quantiles(x => x, [0, 1]));
        quantiles.Add(double.MaxValue);
        quantiles.Add(-double.Epsilon);

        Assert.InRange(quantiles.Result[1], double.MaxValue * 0.98, double.MaxValue);
        Assert.InRange(quantiles.Result[0], -double.Epsilon, 0);
        Assert.Throws<ArgumentException>(() => quantiles.Add(double.NaN));
        Assert.Throws<ArgumentException>(() => quantiles.Add(double.NegativeInfinity));
    }

    [Fact]
    public void Shares_and_errors_have_their_bounds()
    {
        var a = new Aggregates<double>();

        Assert.Throws<ArgumentOutOfRangeException>(() => a.Quantile(x => x, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.Quantiles(x => x, [0.5, double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>("relativeError", () => a.Quantile(x => x, 0.5, 0.0001));
        Assert.Throws<ArgumentOutOfRangeException>("relativeError", () => a.Quantile(x => x, 0.5, 0.5));
        Assert.Equal("quantiles within 0.5 %", a.Quantile(x => x, 0.5, 0.005).Name);
    }

    private static IReadOnlyList<double> Exact(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return [.. Shares.Select(share => sorted.Count == 0 ? double.NaN : sorted[(int)(share * (sorted.Count - 1))])];
    }

    private static void Within(double error, IReadOnlyList<double> expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (exact, found) in expected.Zip(actual))
        {
            if (double.IsNaN(exact)) Assert.True(double.IsNaN(found));
            else Assert.InRange(Math.Abs(found - exact), 0, error * Math.Abs(exact) * (1 + 1e-9));
        }
    }
}
