namespace Dataflow.Extensibility;

/// <summary>A running step that takes partial aggregates, which workers have computed before the exchange: the operator of a node with a
/// <see cref="Node.PartialAggregation"/>.</summary>
/// <remarks>It also receives single records: those that are late, and those of keys that come so rarely that nothing is gained.</remarks>
public interface ITakesParts<TKey, TAccumulator>
    where TKey : notnull
{
    /// <summary>Merges the aggregate of some values of a key into what the step has of that key.</summary>
    /// <param name="key">The key of all the values.</param>
    /// <param name="accumulator">The accumulator, which belongs to the step from now on.</param>
    /// <param name="count">The number of values, at least 1.</param>
    /// <param name="newest">The event time of the newest value, in ms since the Unix epoch. All values lie in one pane of the windows, and
    /// none is late.</param>
    void TakePart(TKey key, in TAccumulator accumulator, long count, long newest);
}
