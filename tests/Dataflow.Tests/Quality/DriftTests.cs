using CsCheck;
using Dataflow.Testing;
using Dataflow.Tests.Aggregates;

namespace Dataflow.Tests.Quality;

/// <summary>Drift against its formulas, written down once more.</summary>
public class DriftTests
{
    private static readonly Gen<double> Number = Gen.Frequency((9, Gen.Int[-20, 20].Select(i => i / 2.0)), (1, Gen.Const(double.NaN)));

    [Fact]
    public void Agrees_with_the_formulas_over_the_bins()
        => Gen.Select(Number.Array[1, 200], Number.Array[1, 200], Gen.Int[2, 12]).Where(x => x.Item1.Any(double.IsFinite))
            .Sample((reference, live, bins) =>
        {
            var distribution = Distribution.Of(reference, bins);

            var drift = DriftOf(live, distribution);

            var (expected, actual) = (SharesOf(reference, distribution.Bounds), SharesOf(live, distribution.Bounds));
            Assert.Equal(expected, distribution.Shares.ToArray());
            Assert.Equal(live.Length, drift.Count);
            Assert.Equal(
                actual.Zip(expected, (a, e) => (A: Math.Max(a, 0.0001), E: Math.Max(e, 0.0001)))
                .Sum(s => (s.A - s.E) * Math.Log(s.A / s.E)), drift.Psi, 9);
            Assert.Equal(live.Count(double.IsNaN) / (double)live.Length, drift.Missing, 9);
            if (live.Any(double.IsFinite)) Assert.Equal(
                distribution.Bounds.Select(bound => Math.Abs(Below(live, bound) - Below(reference, bound))).Append(0).Max(), drift.Ks, 9);
        }, iter: 200);

    [Fact]
    public void Nothing_has_drifted_from_itself_and_everything_from_what_lies_elsewhere()
    {
        var numbers = Enumerable.Range(0, 1_000).Select(i => (double)i).ToArray();
        var reference = Distribution.Of(numbers);

        var none = DriftOf(numbers, reference);
        Assert.Equal((1_000, 0), (none.Count, none.Missing));
        Assert.Equal(0, none.Psi + none.Ks, 9);
        var moved = DriftOf([.. numbers.Select(number => number + 10_000)], reference);
        Assert.InRange(moved.Psi, 0.25, 100);
        Assert.Equal(1, moved.Ks, 9);
        Assert.InRange(DriftOf([.. numbers.Select(number => number + 20)], reference).Psi, 0.0001, 0.1);
    }

    [Fact]
    public void All_that_is_missing_is_drift_too()
    {
        var drift = DriftOf([double.NaN, double.NaN], Distribution.Of([1, 2, 3]));

        Assert.Equal((2, 1, 1), (drift.Count, drift.Ks, drift.Missing));
        Assert.True(drift.Psi > 0.25);
    }

    [Fact]
    public void Bins_have_about_the_same_share_and_equal_numbers_share_one()
    {
        Assert.Equal([-0.99, 25, 50, 75, After(99.99)], Distribution.Of(Enumerable.Range(0, 100).Select(i => (double)i), bins: 4).Bounds);
        Assert.Equal([1, After(1), 5, After(5.04)], Distribution.Of([1, 1, 1, 1, 5], bins: 10).Bounds);
        Assert.Equal([7, After(7)], Distribution.Of([7, 7]).Bounds);
        Assert.Equal([7, After(7)], Distribution.Of([7]).Bounds);

        static double After(double number) => Math.BitIncrement(number);
    }

    [Fact]
    public void What_is_mostly_one_value_drifts_like_any_other()
    {
        var random = new Random(3);
        double[] mostlyZero = [.. Enumerable.Range(0, 1_000).Select(i => i < 920 ? 0.0 : 1 + (random.NextDouble() * 99))];
        double[] middle = [.. Enumerable.Range(0, 1_000).Select(i => i < 600 ? 50.0 : random.NextDouble() * 100)];

        AssertMoved(mostlyZero, Enumerable.Repeat(1_000_000.0, 100), ks: 1);
        AssertMoved(mostlyZero, mostlyZero.Select(number => number == 0 ? 0 : 1_000_000.0), ks: 0.08);
        AssertMoved(mostlyZero, mostlyZero.Select(number => number == 0 ? -1 : number), ks: 0.92);
        AssertMoved(mostlyZero, mostlyZero.Where(number => number > 0), ks: 0.92);
        AssertMoved(middle, middle.Select(number => number == 50 ? 50.001 : number), ks: 0.6);
        AssertMoved([0], [1], ks: 1);
        AssertMoved(Enumerable.Repeat(0.0, 50), Enumerable.Repeat(1.0, 50), ks: 1); // a flag
        AssertMoved(Enumerable.Repeat(0.0, 99).Append(1), Enumerable.Repeat(1.0, 50), ks: 0.99);
        AssertMoved([1, 1, 2, 2, 3, 3], [1.5, 2.5], ks: 1.0 / 3);
        AssertMoved(Enumerable.Range(0, 100).Select(i => (double)i), Enumerable.Repeat(100.0, 50), ks: 1);
        AssertMoved([double.NegativeInfinity, 0, double.PositiveInfinity], [1.0, 2], ks: 1.0 / 3);

        static void AssertMoved(IEnumerable<double> numbers, IEnumerable<double> live, double ks)
        {
            var reference = Distribution.Of(numbers);
            var drift = DriftOf([.. live], reference);
            Assert.InRange(drift.Psi, 0.25, 100);
            Assert.InRange(drift.Ks, ks - 0.005, 1);
            Assert.Equal(0, DriftOf([.. numbers], reference).Psi, 9);
        }
    }

    [Fact]
    public void Categories_drift_too_and_those_never_seen_before_most_of_all()
    {
        string?[] cities = [.. Enumerable.Repeat("Oslo", 90), .. Enumerable.Repeat("Bern", 5), .. Enumerable.Repeat<string?>(null, 5)];
        var reference = CategoryDistribution.Of(cities);
        Assert.Equal(["Bern", "Oslo"], reference.Categories);
        Assert.Equal([0.05, 0.05, 0.9], reference.Shares);

        Assert.Equal((100, 0.05), (Of(cities).Count, Of(cities).Missing));
        Assert.Equal(0, Of(cities).Psi + Of(cities).Ks, 9);
        var unseen = Of([.. cities.Select(city => city is null ? null : "Rome")]);
        Assert.Equal((1, 0.05), (unseen.Ks, unseen.Missing));
        Assert.InRange(unseen.Psi, 0.25, 100);
        var turned = Of([.. Enumerable.Repeat("Bern", 90), .. Enumerable.Repeat("Oslo", 5), .. Enumerable.Repeat<string?>(null, 5)]);
        Assert.Equal(85.0 / 95, turned.Ks, 9);
        Assert.Equal(2 * 0.85 * Math.Log(0.9 / 0.05), turned.Psi, 9);
        Assert.Equal((1, 1), (Of([null]).Ks, Of([null]).Missing));

        Drift Of(string?[] values) => DriftOf(new Aggregates<string?>().Drift(value => value, reference), values);
    }

    [Fact]
    public void A_reference_of_categories_can_be_kept_in_a_topic()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("reference", [CategoryDistribution.Of(["a|b", "a", null])]);

        var reference = Topic.Of<CategoryDistribution>("reference").ReadAll(log).Single();

        Assert.Equal(0, DriftOf(new Aggregates<string?>().Drift(value => value, reference), ["a", "a|b", null]).Psi, 9);
        Assert.NotEqual(
            new Aggregates<string>().Drift(value => value, CategoryDistribution.Of(["a|b"])).Name,
            new Aggregates<string>().Drift(value => value, CategoryDistribution.Of(["a", "b"])).Name);
    }

    [Fact]
    public void Windows_of_a_stream_are_compared_with_a_reference_that_was_kept_in_a_topic()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("reference", [Distribution.Of(Enumerable.Range(0, 100).Select(i => (double)i))]);
        var reference = Topic.Of<Distribution>("reference").ReadAll(log).Single();
        var readings = Enumerable.Range(0, 400).Select(i => new Reading("a", i, i < 200 ? i % 100 : 90)).ToArray();

        var drifts = Harness.Run(
            readings,
            s => s.WithEventTime(r => r.TimeMs).Window(Tumbling.Every(TimeSpan.FromMilliseconds(200)))
                .Aggregate(a => a.Drift(r => r.Value, reference), (window, drift) => (window.StartMs, drift)),
            workers: 2);

        Assert.Equal([0L, 200], drifts.Select(row => row.StartMs));
        Assert.Equal(0, drifts[0].drift.Psi + drifts[0].drift.Ks, 9);
        Assert.InRange(drifts[1].drift.Psi, 0.25, 100);
    }

    [Fact]
    public void What_is_no_distribution_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Distribution.Of([]));
        Assert.Throws<ArgumentException>(() => Distribution.Of([double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Distribution.Of([1], bins: 1));
        Assert.Throws<ArgumentException>(() => new Distribution([1, 2], [0, 1]));
        Assert.Throws<ArgumentException>(() => new Distribution([2, 1], [0, 0.5, 0.25, 0.25]));
        Assert.Throws<ArgumentException>(() => CategoryDistribution.Of([null]));
        Assert.Throws<ArgumentException>(() => new CategoryDistribution(["a"], [1]));
        Assert.Throws<ArgumentException>(() => new CategoryDistribution(["a", "a"], [0, 0.5, 0.5]));
    }

    private static Drift DriftOf(double[] numbers, Distribution reference)
        => DriftOf(new Aggregates<double>().Drift(number => number, reference), numbers);

    private static Drift DriftOf<T>(Aggregation<T, Drift> aggregation, T[] values)
    {
        var (first, second) = (Running.Of(aggregation), Running.Of(aggregation));
        foreach (var (i, number) in values.Index())
        {
            if (i % 2 == 0) first.Add(number);
            else second.Add(number);
        }

        first.Merge(second);
        return first.Result;
    }

    private static double[] SharesOf(double[] numbers, IReadOnlyList<double> bounds)
    {
        double[] edges = [double.NegativeInfinity, .. bounds, double.PositiveInfinity];
        return [numbers.Count(double.IsNaN) / (double)numbers.Length,
            .. edges.Zip(edges.Skip(1), (from, to) => numbers.Count(number => number >= from && number < to) / (double)numbers.Length)];
    }

    private static double Below(double[] numbers, double bound)
        => numbers.Count(number => number < bound) / (double)numbers.Count(number => !double.IsNaN(number));
}
