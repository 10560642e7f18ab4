namespace Dataflow.Extensibility;

/// <summary>Values by key that can be aggregated: a keyed stream, or a table's rows in groups.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TAggregates">The type that offers the aggregates: <see cref="Aggregates{T}"/> or
/// <see cref="TableAggregates{T}"/>.</typeparam>
public interface IGrouped<TKey, T, TAggregates>
    where TKey : notnull
{
    /// <summary>The aggregates to select from.</summary>
    TAggregates Aggregates { get; }

    /// <summary>Computes a row for each key; a key without values has none.</summary>
    /// <param name="name">Names the step, its state and the table.</param>
    /// <param name="aggregation">The aggregate; of a table's rows one that can retract.</param>
    /// <param name="result">Computes the row from key and aggregate; called on the task's thread.</param>
    /// <exception cref="ArgumentException">The aggregate cannot retract rows that change.</exception>
    Table<TKey, TOut> Add<TR, TOut>(string name, Aggregation<T, TR> aggregation, Func<TKey, TR, TOut> result);
}
