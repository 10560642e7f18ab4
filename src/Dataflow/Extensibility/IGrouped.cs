namespace Dataflow.Extensibility;

/// <summary>Values by key that something can be computed of: a keyed stream, or a table's rows in groups.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values.</typeparam>
/// <typeparam name="TAggregates">What offers the aggregates: <see cref="Aggregates{T}"/> or <see cref="TableAggregates{T}"/>.</typeparam>
public interface IGrouped<TKey, T, TAggregates>
    where TKey : notnull
{
    /// <summary>What offers the aggregates.</summary>
    TAggregates Aggregates { get; }

    /// <summary>Computes a row of each key; a key without values has none.</summary>
    /// <param name="name">Names the step, its state and the table.</param>
    /// <param name="aggregation">The aggregate; of a table's rows one that can retract.</param>
    /// <param name="result">Makes the row of key and aggregate; called on the task's thread.</param>
    /// <exception cref="ArgumentException">The aggregate cannot take back rows that change.</exception>
    Table<TKey, TOut> Add<TR, TOut>(string name, Aggregation<T, TR> aggregation, Func<TKey, TR, TOut> result);
}
