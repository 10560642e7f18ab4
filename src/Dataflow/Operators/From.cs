using Dataflow.Planning;

namespace Dataflow;

static partial class Verbs
{
    extension(Pipeline pipeline)
    {
        /// <summary>Reads a source.</summary>
        /// <param name="source">The source: <c>Source.Csv&lt;T&gt;(path)</c>, <c>Source.Of(values)</c>, or your own.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(1, 2, 3, 4, 5, 6))
        ///     .Where(number => number % 2 == 0)
        ///     .To(Sink.Console&lt;int>());
        /// </code></example>
        public Stream<T> From<T>(Source<T> source)
        {
            ArgumentNullException.ThrowIfNull(source);
            return new Stream<T>(pipeline, new SourceNode<T>(source, FeedsTable: false));
        }

        /// <summary>Reads a topic from its start, or from the last checkpoint on, and continues as it grows.</summary>
        /// <remarks>A missing topic is created, so that its writer may start later; one that is read to its end
        /// (<see cref="Topic{T}.StopAtEnd"/>) must exist.</remarks>
        /// <example><code>
        /// read.From(topic.StopAtEnd()).To(Sink.Console&lt;Order>(order => $"{order.Customer}: {order.Pieces}"));
        /// </code></example>
        public Stream<T> From<T>(Topic<T> topic)
        {
            ArgumentNullException.ThrowIfNull(topic);
            return pipeline.From(new TopicSource<T>(topic));
        }

        /// <summary>Reads a source as a table: the latest row of each key, for joins.</summary>
        /// <param name="source">The source; if it is bounded, it is read to the end before any stream starts.</param>
        /// <param name="key">Selects the row's key; called on the task's thread.</param>
        /// <param name="name">Names the table's state; the source's name unless given.</param>
        /// <example><code>
        /// var items = pipeline.Table(Source.Of(input, "items"), item => item.Name);
        /// </code></example>
        public Table<TKey, TRow> Table<TKey, TRow>(Source<TRow> source, Func<TRow, TKey> key, string? name = null)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(source);
            ArgumentNullException.ThrowIfNull(key);
            var rows = new Stream<TRow>(pipeline, new SourceNode<TRow>(source, FeedsTable: true)).KeyBy(key);
            return Dataflow.Table<TKey, TRow>.OfUpserts(rows.Upserts(), name ?? Path.GetFileName(source.Name), isFromSource: true);
        }

        /// <summary>Reads a topic as a table by the keys of its records: the latest value of each key; a record without a value deletes the
        /// row. This is the form that <c>table.To(topic)</c> writes.</summary>
        /// <param name="topic">The topic, whose records have keys.</param>
        /// <param name="name">Names the table's state; the topic's name unless given.</param>
        /// <example><code>
        /// pipeline.Table&lt;string, Item>(topic.StopAtEnd()).Select(item => item.Shelf).To(Topic.Of&lt;string>("shelves", partitions: 1));
        /// </code></example>
        public Table<TKey, TRow> Table<TKey, TRow>(Topic<TRow> topic, string? name = null)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(topic);
            return pipeline.Table(new TopicTableSource<TKey, TRow>(topic), name);
        }

        /// <summary>Reads a source of changes as a table, for joins: an insert for a key that has a row replaces it, a delete removes
        /// it.</summary>
        /// <param name="source">The source; if it is bounded, it is read to the end before any stream starts.</param>
        /// <param name="name">Names the table's state; the source's name unless given.</param>
        public Table<TKey, TRow> Table<TKey, TRow>(Source<Keyed<TKey, Change<TRow>>> source, string? name = null)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(source);
            var changes = new KeyedStream<TKey, Change<TRow>>(
                new Stream<Keyed<TKey, Change<TRow>>>(pipeline, new SourceNode<Keyed<TKey, Change<TRow>>>(source, FeedsTable: true)));
            return Dataflow.Table<TKey, TRow>.OfUpserts(changes, name ?? source.Name, isFromSource: true);
        }

        /// <summary>Reads a topic as a table: the latest row of each key, for joins.</summary>
        public Table<TKey, TRow> Table<TKey, TRow>(Topic<TRow> topic, Func<TRow, TKey> key, string? name = null)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(topic);
            return pipeline.Table(new TopicSource<TRow>(topic), key, name);
        }
    }
}
