using System.Collections.Frozen;

namespace Dataflow.Features;

/// <summary>The names of a service's features and the views that they are read from.</summary>
/// <param name="names">The names, in order.</param>
/// <param name="parts">The number of each feature's view; -1: none.</param>
internal sealed class FeatureNames(IReadOnlyList<string> names, IReadOnlyList<int> parts)
{
    private readonly FrozenDictionary<string, int> _indexes =
        names.Select(static (name, index) => (name, index))
            .ToFrozenDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);

    public IReadOnlyList<string> All { get; } = names;

    public IReadOnlyList<int> Parts { get; } = parts;

    /// <summary>The number of views that are read; one that is read by several keys counts several times.</summary>
    public int Views { get; } = parts.Append(-1).Max() + 1;

    public int IndexOf(string name)
        => _indexes.TryGetValue(name, out var index)
            ? index
            : throw new KeyNotFoundException($"The service has no feature '{name}'. It has {string.Join(", ", All)}.");
}

/// <summary>The origin of a service's feature.</summary>
/// <param name="View">The view's name; the service's for features computed on demand.</param>
/// <param name="Feature">The feature's name there.</param>
public sealed record FeatureSource(string View, string Feature);
