namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Keeps the <paramref name="count"/> records of each key with the greatest <paramref name="by"/>, greatest first; of
        /// equal ones the earlier.</summary>
        /// <remarks>Changes are emitted as those of <c>Aggregate</c>: whole lists, one for each key and batch of input.</remarks>
        /// <param name="count">The largest number of records to keep.</param>
        /// <param name="by">Selects the value to order by; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        /// <example><code>
        /// orders.TopN(2, order => order.Pieces)
        ///     .Select(orders => string.Join(", ", orders.Select(order => order.Customer)))
        ///     .PrintChanges();
        /// </code></example>
        public Table<TKey, IReadOnlyList<T>> TopN<TBy>(int count, Func<T, TBy> by, string name = "top-n")
            where TBy : IComparable<TBy>
            => stream.Aggregate(a => a.Top(count, by), static (_, top) => top, name);
    }

    extension<TKey, TRow>(GroupedTable<TKey, TRow> group)
        where TKey : notnull
    {
        /// <summary>Keeps the <paramref name="count"/> rows of each group with the greatest <paramref name="by"/>, greatest
        /// first.</summary>
        /// <remarks>All rows of a group are kept in state, since a deleted row lets another one in.</remarks>
        /// <inheritdoc cref="Verbs.extension{TKey, T}(KeyedStream{TKey, T}).TopN{TBy}"/>
        /// <example><code>
        /// items.GroupBy(item => item.Shelf, "top-group")
        ///     .TopN(1, item => item.Name)
        ///     .Select(top => $"{top[0].Name} is last by name")
        ///     .PrintChanges("top");
        /// </code></example>
        public Table<TKey, IReadOnlyList<TRow>> TopN<TBy>(int count, Func<TRow, TBy> by, string name = "top-n")
            where TBy : IComparable<TBy>
            => group.Aggregate(a => a.Top(count, by), static (_, top) => top, name);
    }
}
