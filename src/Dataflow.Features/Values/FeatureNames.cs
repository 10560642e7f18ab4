using System.Collections.Frozen;

namespace Dataflow.Features;

/// <summary>The names of a service's features and the views that they are read from.</summary>
/// <param name="names">In order.</param>
/// <param name="parts">For each the number of its view; -1: none.</param>
internal sealed class FeatureNames(IReadOnlyList<string> names, IReadOnlyList<int> parts)
{
    private readonly FrozenDictionary<string, int> _indexes =
        names.Select(static (name, index) => (name, index)).ToFrozenDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);

    public IReadOnlyList<string> All { get; } = names;

    public IReadOnlyList<int> Parts { get; } = parts;

    /// <summary>How many times a view is read.</summary>
    public int Views { get; } = parts.Append(-1).Max() + 1;

    public int IndexOf(string name)
        => _indexes.TryGetValue(name, out var index)
            ? index
            : throw new KeyNotFoundException($"The service has no feature '{name}'. It has {string.Join(", ", All)}.");
}

/// <summary>The origin of a feature of a service.</summary>
/// <param name="View">The view's name; of what is computed on demand the service's.</param>
/// <param name="Feature">Its name there.</param>
public sealed record FeatureSource(string View, string Feature);
