namespace Dataflow;

/// <summary>The distance of numbers or categories from a reference.</summary>
/// <param name="Count">The number of values compared, missing ones included.</param>
/// <param name="Psi">The population stability index, Σ (a - e) ln(a / e) over the bins: below 0.1 almost nothing has moved, above 0.25 much
/// has. An empty bin counts as a share of 0.0001.</param>
/// <param name="Ks">The Kolmogorov–Smirnov statistic over the bins, 0 to 1: the greatest difference of the shares below a bound, missing
/// numbers apart. For categories, which have no order, the total variation: the greatest difference of the shares of any set of
/// them.</param>
/// <param name="Missing">The share of missing numbers (NaN) or categories (null).</param>
public readonly record struct Drift(long Count, double Psi, double Ks, double Missing)
{
    private const double MinShare = 0.0001;

    /// <param name="counts">The count of each bin; the first is that of missing values.</param>
    /// <param name="shares">The shares of the reference.</param>
    /// <param name="distance">Computes the distance between the present shares and the reference's, missing values apart.</param>
    internal static Drift Of(long[] counts, IReadOnlyList<double> shares, Func<double[], double[], double> distance)
    {
        var count = counts.Sum();
        if (count == 0) return new(0, double.NaN, double.NaN, double.NaN);
        double present = count - counts[0], expected = 1 - shares[0];
        var ks = present > 0 && expected > 0
            ? distance([.. counts.Skip(1).Select(c => c / present)], [.. shares.Skip(1).Select(share => share / expected)])
            : present > 0 || expected > 0 ? 1 : 0;
        return new(count, PsiOf(counts, count, shares), ks, (double)counts[0] / count);
    }

    private static double PsiOf(long[] counts, long count, IReadOnlyList<double> shares)
    {
        var psi = 0.0;
        for (var bin = 0; bin < counts.Length; bin++)
        {
            var (actual, expected) = (Math.Max((double)counts[bin] / count, MinShare), Math.Max(shares[bin], MinShare));
            psi += (actual - expected) * Math.Log(actual / expected);
        }

        return psi;
    }
}
