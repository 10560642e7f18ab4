using MessagePack;

namespace Dataflow;

/// <summary>The distribution of numbers in a reference window, against which drift is measured.</summary>
/// <remarks>Compute it from the numbers that a model was trained with, for example. It can be stored in a topic or a file.</remarks>
[MessagePackObject]
public sealed class Distribution
{
    private const double Slack = 0.01; // of the range: the extremes of a sample are inside those of its source

    /// <summary>Recreates a stored distribution.</summary>
    /// <param name="bounds">The bounds of the bins, ascending: n of them make n + 1 bins, each without its upper bound.</param>
    /// <param name="shares">The share of missing numbers (NaN), then that of each bin; the sum is 1.</param>
    /// <exception cref="ArgumentException">The arguments do not fit together.</exception>
    public Distribution(IReadOnlyList<double> bounds, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count != bounds.Count + 2)
            throw new ArgumentException(
                $"A distribution of {bounds.Count} bounds has {bounds.Count + 2} shares, the first of missing numbers; this has "
                    + $"{shares.Count}.", nameof(shares));
        Bounds = bounds;
        Shares = shares;
        _ = AggregateArguments.Bounds(AllBounds());
    }

    /// <summary>The bounds of the bins, ascending.</summary>
    [Key(0)]
    public IReadOnlyList<double> Bounds { get; }

    /// <summary>The share of missing numbers, then that of each bin.</summary>
    [Key(1)]
    public IReadOnlyList<double> Shares { get; }

    /// <summary>Computes the distribution of some numbers over bins of about equal shares.</summary>
    /// <remarks>A value as frequent as a bin is a bin of its own. So are the numbers below or above all others by more than a hundredth of
    /// their range: a flag (0 or 1) that has always been 0 has drifted when it is 1.</remarks>
    /// <param name="numbers">The numbers; NaN stands for a missing one. At least one must not be NaN.</param>
    /// <param name="bins">The approximate number of bins, apart from those outside the range. Ten is usual.</param>
    /// <exception cref="ArgumentException">There is no number.</exception>
    public static Distribution Of(IEnumerable<double> numbers, int bins = 10)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        var all = numbers.ToArray();
        var sorted = all.Where(number => !double.IsNaN(number)).Order().ToArray();
        if (sorted.Length == 0) throw new ArgumentException("A distribution is of at least one number.", nameof(numbers));
        var bounds = BoundsOf(sorted, bins);
        double[] allBounds = [double.NegativeInfinity, .. bounds];
        var counts = new long[bounds.Length + 2];
        foreach (var number in all) counts[HistogramBounds.BucketOf(number, allBounds)]++;
        return new(bounds, [.. counts.Select(count => (double)count / all.Length)]);
    }

    /// <summary>Measures how far numbers are from this reference.</summary>
    /// <param name="numbers">The numbers; NaN stands for a missing one.</param>
    public Drift DriftOf(IEnumerable<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var bounds = AllBounds();
        var counts = new long[bounds.Length + 1];
        foreach (var number in numbers) counts[HistogramBounds.BucketOf(number, bounds)]++;
        return DriftOf(counts);
    }

    /// <summary>The bounds of a histogram whose first count is that of missing numbers: NaN lies below all of them.</summary>
    internal double[] AllBounds() => [double.NegativeInfinity, .. Bounds];

    internal Drift DriftOf(long[] counts) => Drift.Of(counts, Shares, Ks);

    private static double Ks(double[] shares, double[] expected)
    {
        var (max, below, expectedBelow) = (0.0, 0.0, 0.0);
        for (var bin = 0; bin < shares.Length; bin++)
        {
            below += shares[bin];
            expectedBelow += expected[bin];
            max = Math.Max(max, Math.Abs(below - expectedBelow));
        }

        return max;
    }

    /// <summary>Computes the bounds of single values that are as frequent as a bin, of bins of the other numbers, and of the whole range:
    /// nothing of the reference lies below the first or from the last one on.</summary>
    private static double[] BoundsOf(double[] sorted, int bins)
    {
        var heavy = sorted.GroupBy(static number => number)
            .Where(equal => equal.Count() is > 1 and var count && (long)count * bins >= sorted.Length)
            .Select(static equal => equal.Key).ToHashSet();
        var others = sorted.Where(number => !heavy.Contains(number)).ToArray();
        var parts = Math.Max(1, (int)Math.Round((double)bins * others.Length / sorted.Length));
        var slack = (sorted[^1] - sorted[0]) * Slack;
        if (!double.IsFinite(slack)) slack = 0;
        SortedSet<double> bounds =
        [
            .. heavy, .. heavy.Select(Math.BitIncrement),
            .. Enumerable.Range(1, parts - 1).Where(_ => others.Length > 0)
            .Select(part => others[(int)((long)part * others.Length / parts)]),
            sorted[0] - (heavy.Contains(sorted[0]) ? 0 : slack),
            Math.BitIncrement(sorted[^1] + (heavy.Contains(sorted[^1]) ? 0 : slack)),
        ];
        bounds.Remove(double.NegativeInfinity);
        return [.. bounds];
    }
}
