using MessagePack;

namespace Dataflow;

/// <summary>The shares of categories in a reference window, against which drift is measured.</summary>
/// <remarks>It lists every category by name, so use it for some thousands of categories at most. It can be stored in a topic or a
/// file.</remarks>
[MessagePackObject]
public sealed class CategoryDistribution
{
    private readonly Dictionary<string, int> _places;

    /// <summary>Recreates a stored distribution.</summary>
    /// <param name="categories">The categories, each once.</param>
    /// <param name="shares">The share of missing categories (null), then that of each category; the sum is 1.</param>
    /// <exception cref="ArgumentException">The arguments do not fit together.</exception>
    public CategoryDistribution(IReadOnlyList<string> categories, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(categories);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count != categories.Count + 1)
            throw new ArgumentException(
                $"A distribution of {categories.Count} categories has {categories.Count + 1} shares, the first of missing ones; this has "
                    + $"{shares.Count}.", nameof(shares));
        Categories = categories;
        Shares = shares;
        _places = categories.Index()
            .ToDictionary(static category => category.Item, static category => category.Index, StringComparer.Ordinal);
    }

    /// <summary>The categories that were seen.</summary>
    [Key(0)]
    public IReadOnlyList<string> Categories { get; }

    /// <summary>The share of missing categories, then that of each category.</summary>
    [Key(1)]
    public IReadOnlyList<double> Shares { get; }

    /// <summary>Computes the distribution of some values.</summary>
    /// <param name="values">The values; null stands for a missing one. At least one must not be null.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static CategoryDistribution Of(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var all = values.ToArray();
        var counts = all.OfType<string>().CountBy(static value => value, StringComparer.Ordinal)
            .OrderBy(static count => count.Key, StringComparer.Ordinal).ToList();
        if (counts.Count == 0) throw new ArgumentException("A distribution is of at least one value.", nameof(values));
        double missing = all.Length - counts.Sum(static count => count.Value);
        return new(
            [.. counts.Select(static count => count.Key)],
            [missing / all.Length, .. counts.Select(count => (double)count.Value / all.Length)]);
    }

    /// <summary>Returns the index of a value's count: 0 if it is missing, 1 if it was never seen, else 2 and its category's
    /// index.</summary>
    internal int BucketOf(string? value) => value is null ? 0 : _places.TryGetValue(value, out var place) ? place + 2 : 1;

    internal Drift DriftOf(long[] counts)
        => Drift.Of(
            counts, [Shares[0], 0, .. Shares.Skip(1)],
            static (shares, expected) => shares.Zip(expected, static (a, e) => Math.Abs(a - e)).Sum() / 2);
}

/// <summary>Counts values by the categories of a reference.</summary>
internal sealed class CategoryDriftAggregation<T>(Func<T, string?> of, CategoryDistribution reference)
    : BucketsAggregation<T, Drift>(reference.Categories.Count + 2, reference.DriftOf)
{
    public override string Name => $"drift {string.Join('|', reference.Categories.Select(Uri.EscapeDataString))}";

    protected override int BucketOf(T value) => reference.BucketOf(of(value));
}
