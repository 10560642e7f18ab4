namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Makes a table of the latest record of each key, by arrival.</summary>
        /// <param name="name">Names the table's state; give one where a pipeline has two.</param>
        /// <example><code>
        /// orders.Select(order => order.Item).ToTable("by-arrival").PrintChanges("by-arrival");
        /// </code></example>
        public Table<TKey, T> ToTable(string name = "table")
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return Dataflow.Table<TKey, T>.OfUpserts(stream.Upserts(), name, isFromSource: false);
        }

        internal KeyedStream<TKey, Change<T>> Upserts()
            => stream.Select(static value => Change<T>.Insert(value), "rows");
    }

    extension<TKey, TRow>(KeyedStream<TKey, Change<TRow>> changes)
        where TKey : notnull
    {
        /// <summary>Makes a table from a stream of changes, such as a filtered <see cref="Table{TKey, TRow}.Changes"/> of another
        /// table.</summary>
        /// <remarks>An insert for a key that has a row replaces it; a delete for a key without a row is ignored.</remarks>
        /// <param name="name">Names the table's state; give one where a pipeline has two.</param>
        /// <example><code>
        /// pieces.Changes().Where(change => change.New > 2).ToTable("many").PrintChanges("many");
        /// </code></example>
        public Table<TKey, TRow> ToTable(string name = "table")
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return Dataflow.Table<TKey, TRow>.OfUpserts(changes, name, isFromSource: false);
        }
    }
}
