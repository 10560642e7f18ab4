namespace Dataflow.Features.Panes;

/// <summary>What a view keeps of its entities: the panes, the aggregates in them, the features made of these.</summary>
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

    /// <summary>From which age of its last event nothing is known of an entity any more; null: something always is.</summary>
    public long? KnownForMs { get; init; }

    /// <summary>What a restart compares.</summary>
    public string Signature
        => $"panes of {Levels}, format 4: {string.Join("; ", Aggregates.Select(static aggregate => aggregate.Signature))}";

    /// <summary>A read of a moment, and of later ones, knows of no event before the time returned.</summary>
    public long KnownFrom(long at) => KnownForMs is { } known && at > long.MinValue + known ? at - known + 1 : long.MinValue;
}
