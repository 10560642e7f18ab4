namespace Dataflow.Features.Panes;

/// <summary>The layout of a view's state: the panes, the aggregates in them, the features computed from these.</summary>
internal sealed class ViewLayout<T>
{
    private const int StartBytes = sizeof(long);

    public ViewLayout(PaneLevels levels, IReadOnlyList<PaneAggregate<T>> aggregates, IReadOnlyList<Feature<T>> features)
    {
        Levels = levels;
        Aggregates = [.. aggregates];
        Features = [.. features];
        Shape = new PaneShape(
            levels.Count,
            StartBytes + aggregates.Sum(static aggregate => aggregate.Bytes),
            aggregates.Count(static aggregate => aggregate.Bytes == 0));
        var (offset, number) = (StartBytes, 0);
        foreach (var (index, aggregate) in aggregates.Index())
        {
            aggregate.PlaceAt(aggregate.Bytes == 0 ? number++ : offset, Shape, index);
            offset += aggregate.Bytes;
        }
    }

    public PaneLevels Levels { get; }

    public PaneAggregate<T>[] Aggregates { get; }

    public Feature<T>[] Features { get; }

    public PaneShape Shape { get; }

    public long? TimeToLiveMs { get; init; }

    public long? MaxLagMs { get; init; }

    /// <summary>The age of its last event from which on an entity is no longer known; null: never.</summary>
    public long? KnownForMs { get; init; }

    /// <summary>The signature that a restart compares.</summary>
    public string Signature
        => $"panes of {Levels}, format 4: {string.Join("; ", Aggregates.Select(static aggregate => aggregate.Signature))}";

    /// <summary>Returns the time before which reads of a moment, and of later ones, know no event.</summary>
    public long KnownFrom(long at) => KnownForMs is { } known && at > long.MinValue + known ? at - known + 1 : long.MinValue;
}
