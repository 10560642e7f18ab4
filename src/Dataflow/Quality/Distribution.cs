using MessagePack;

namespace Dataflow;

/// <summary>How the numbers of a reference window were spread: what drift is measured against.</summary>
/// <remarks>Made of the numbers that a model was trained with, say; it can be kept in a topic or a file.</remarks>
[MessagePackObject]
public sealed class Distribution
{
    private const double LeastShare = 0.0001;

    /// <summary>A distribution as it was kept.</summary>
    /// <param name="bounds">Where the bins begin and end, ascending: n of them make n + 1 bins, each without its upper bound.</param>
    /// <param name="shares">The share of missing numbers (NaN), then that of each bin; together 1.</param>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    public Distribution(IReadOnlyList<double> bounds, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count != bounds.Count + 2)
            throw new ArgumentException($"A distribution of {bounds.Count} bounds has {bounds.Count + 2} shares, the first of missing numbers; this has {shares.Count}.", nameof(shares));
        Bounds = bounds;
        Shares = shares;
        _ = AggregateArguments.Bounds(AllBounds());
    }

    /// <summary>Where the bins begin and end.</summary>
    [Key(0)]
    public IReadOnlyList<double> Bounds { get; }

    /// <summary>The share of missing numbers, then that of each bin.</summary>
    [Key(1)]
    public IReadOnlyList<double> Shares { get; }

    /// <summary>The distribution of some numbers over bins of about equal shares.</summary>
    /// <param name="numbers">The numbers; NaN stands for one that is missing. At least one is not.</param>
    /// <param name="bins">How many bins; fewer where many numbers are equal. Ten is usual.</param>
    /// <exception cref="ArgumentException">There is no number.</exception>
    public static Distribution Of(IEnumerable<double> numbers, int bins = 10)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        var all = numbers.ToArray();
        var sorted = all.Where(number => !double.IsNaN(number)).Order().ToArray();
        if (sorted.Length == 0) throw new ArgumentException("A distribution is of at least one number.", nameof(numbers));
        var bounds = Enumerable.Range(1, bins - 1).Select(i => sorted[(int)((long)i * sorted.Length / bins)])
            .Distinct().Where(bound => bound > sorted[0]).ToArray();
        double[] allBounds = [double.NegativeInfinity, .. bounds];
        var counts = new long[bounds.Length + 2];
        foreach (var number in all) counts[HistogramBounds.BucketOf(number, allBounds)]++;
        return new(bounds, [.. counts.Select(count => (double)count / all.Length)]);
    }

    /// <summary>The bounds of a histogram whose first count is that of missing numbers: NaN lies below all of them.</summary>
    internal double[] AllBounds() => [double.NegativeInfinity, .. Bounds];

    internal Drift DriftOf(long[] counts)
    {
        var count = counts.Sum();
        if (count == 0) return new(0, double.NaN, double.NaN, double.NaN);
        return new(count, Psi(counts, count), Ks(counts), (double)counts[0] / count);
    }

    private double Psi(long[] counts, long count)
    {
        var psi = 0.0;
        for (var bin = 0; bin < counts.Length; bin++)
        {
            var (actual, expected) = (Math.Max((double)counts[bin] / count, LeastShare), Math.Max(Shares[bin], LeastShare));
            psi += (actual - expected) * Math.Log(actual / expected);
        }

        return psi;
    }

    private double Ks(long[] counts)
    {
        double total = counts.Sum() - counts[0], expectedTotal = 1 - Shares[0];
        if (total == 0 || expectedTotal <= 0) return total == 0 && expectedTotal <= 0 ? 0 : 1;
        var (most, below, expectedBelow) = (0.0, 0L, 0.0);
        for (var bin = 1; bin < counts.Length; bin++)
        {
            below += counts[bin];
            expectedBelow += Shares[bin];
            most = Math.Max(most, Math.Abs((below / total) - (expectedBelow / expectedTotal)));
        }

        return most;
    }
}
