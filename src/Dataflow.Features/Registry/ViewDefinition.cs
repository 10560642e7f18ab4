
namespace Dataflow.Features;

/// <summary>The definition of a version of a feature view, as stored in the registry.</summary>
/// <param name="Name">The view's name.</param>
/// <param name="Version">The version.</param>
/// <param name="Entity">The type of its keys.</param>
/// <param name="TimeToLive">The age from which on features are expired; null: never.</param>
/// <param name="MaxLag">The largest lag of the watermark; beyond it features are partial. Null: no limit.</param>
/// <param name="Features">Its features.</param>
/// <param name="Owner">The owner, for people.</param>
/// <param name="Description">A description, for people.</param>
/// <param name="Tags">Words to find the view by.</param>
public sealed record ViewDefinition(
    string Name, int Version, string Entity, TimeSpan? TimeToLive, TimeSpan? MaxLag, IReadOnlyList<FeatureDefinition> Features,
    string Owner,
    string Description, IReadOnlyList<string> Tags)
{
    internal static ViewDefinition Of<TKey>(FeatureView<TKey> view)
        where TKey : notnull
        => new(
            view.Name,
            view.Version,
            TypeNames.Of(typeof(TKey)),
            view.TimeToLive,
            view.MaxLag,
            [.. view.Features.Select(static feature => new FeatureDefinition(
                feature.Name,
                TypeNames.Of(feature.Type),
                feature.Definition,
                feature.Window?.ToString(),
                FeatureKinds.TextOf(feature.DefaultValue),
                feature.Description))],
            view.Owner,
            view.Description,
            view.Tags);

    /// <summary>Lists in words how the meaning differs from an earlier definition's; none: what is for people (owner, descriptions, tags)
    /// may differ all the same.</summary>
    public IReadOnlyList<string> DifferencesFrom(ViewDefinition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return [.. Differences(other)];
    }

    internal bool IsSameAs(ViewDefinition other)
        => DifferencesFrom(other).Count == 0 && Owner == other.Owner && Description == other.Description && Tags.SequenceEqual(other.Tags)
            && Features.SequenceEqual(other.Features);

    private IEnumerable<string> Differences(ViewDefinition other)
    {
        if (Entity != other.Entity) yield return $"its keys were {other.Entity} and are {Entity}";
        if (TimeToLive != other.TimeToLive) yield return $"its time to live was {Text(other.TimeToLive)} and is {Text(TimeToLive)}";
        if (MaxLag != other.MaxLag) yield return $"its most lag was {Text(other.MaxLag)} and is {Text(MaxLag)}";
        var before = other.Features.ToDictionary(static feature => feature.Name, StringComparer.Ordinal);
        foreach (var feature in Features)
        {
            if (!before.Remove(feature.Name, out var was)) yield return $"'{feature.Name}' is new";
            else if (feature.Meaning != was.Meaning) yield return $"'{feature.Name}' was {was.Meaning} and is {feature.Meaning}";
        }

        foreach (var name in before.Keys) yield return $"'{name}' is gone";
    }

    private static string Text(TimeSpan? span) => span?.ToString() ?? "none";
}

/// <summary>The definition of a feature, as stored in the registry. The code of its functions is not known.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Definition">The computation, such as <c>mean</c>.</param>
/// <param name="Window">The window; null if it has none.</param>
/// <param name="DefaultValue">The value if nothing is known; null if there is none.</param>
/// <param name="Description">The feature's meaning, for people.</param>
public sealed record FeatureDefinition(
    string Name, string Type, string Definition, string? Window, string? DefaultValue, string Description)
{
    internal string Meaning
        => $"{Definition} of type {Type}{(Window is null ? "" : $" over {Window}")}"
            + (DefaultValue is null ? "" : $", else {DefaultValue}");
}
