using Dataflow.Tables;

namespace Dataflow;

// A table with a row for each key.
partial class KeyedStream<TKey, T> : IGrouped<TKey, T, Aggregates<T>>
{
    Aggregates<T> IGrouped<TKey, T, Aggregates<T>>.Aggregates => new();

    Table<TKey, TOut> IGrouped<TKey, T, Aggregates<T>>.Add<TR, TOut>(
        string name, Aggregation<T, TR> aggregation, Func<TKey, TR, TOut> result)
    {
        var changes = Add(input => aggregation.Accept(new AggregateStreamNodeOf<TKey, T, TR, TOut>(name, input, result)));
        return new Table<TKey, TOut>(changes, name);
    }
}
