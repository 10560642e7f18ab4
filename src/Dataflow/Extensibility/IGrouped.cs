namespace Dataflow.Extensibility;

/// <summary>Values by key that something can be computed of: a keyed stream, or a table's rows in groups.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values.</typeparam>
/// <typeparam name="TAggregates">What offers the aggregates: <see cref="Aggregates{T}"/> or <see cref="TableAggregates{T}"/>.</typeparam>
public interface IGrouped<TKey, T, TAggregates>
    where TKey : notnull
{
    internal TAggregates Aggregates { get; }

    internal Table<TKey, TOut> Add<TR, TOut>(string name, Aggregation<T, TR> aggregation, Func<TKey, TR, TOut> result);
}
