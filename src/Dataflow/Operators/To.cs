using Dataflow.Planning;

namespace Dataflow;

static partial class Verbs
{
    extension<T>(Stream<T> stream)
    {
        /// <summary>Writes the values to a sink. <see cref="Sink{T}.Guarantee"/> says what holds after a crash.</summary>
        /// <example><code>
        /// pipeline.From(Source.Of(1, 2, 3, 4, 5, 6))
        ///     .Where(number => number % 2 == 0)
        ///     .To(Sink.Console&lt;int>());
        /// </code></example>
        public void To(Sink<T> sink)
        {
            ArgumentNullException.ThrowIfNull(sink);
            var input = sink.IsParallel ? stream.Node : stream.Pipeline.Register(new GatherNode<T>(stream.Node));
            stream.Pipeline.Register(new SinkNode<T>(sink, input));
        }

        /// <summary>Appends the values to a topic, exactly once, without keys; each worker writes partitions of its own.</summary>
        /// <example><code>
        /// write.From(Source.Of&lt;Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)])).KeyBy(order => order.Customer).To(topic);
        /// </code></example>
        public void To(Topic<T> topic)
        {
            ArgumentNullException.ThrowIfNull(topic);
            stream.To(new TopicSink<T, T>(topic, static value => value, null));
        }
    }

    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Writes the values, without their keys, to a sink.</summary>
        public void To(Sink<T> sink) => stream.Values().To(sink);

        /// <summary>Appends keys and values to a topic, exactly once, each key to the partition that Kafka's producers would
        /// choose.</summary>
        public void To(Topic<T> topic)
        {
            ArgumentNullException.ThrowIfNull(topic);
            stream.Pairs.To(new TopicSink<Keyed<TKey, T>, T>(topic, static pair => pair.Value, new StreamKeys<TKey, T>()));
        }

        /// <summary>Drops the keys: returns the values as a plain stream.</summary>
        /// <example><code>
        /// byCustomer.Values().To(Sink.Console&lt;string>(name: "values"));
        /// </code></example>
        public Stream<T> Values() => stream.Pairs.Add(static input => new ValuesNode<TKey, T>(input));
    }

    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Appends each change to a topic, exactly once: the key with its new row, or without a value if the row was deleted. So
        /// the topic's last record of each key is the table's current row.</summary>
        /// <example><code>
        /// pipeline.Table&lt;string, Item>(topic.StopAtEnd()).Select(item => item.Shelf).To(Topic.Of&lt;string>("shelves", partitions: 1));
        /// </code></example>
        public void To(Topic<TRow> topic)
        {
            ArgumentNullException.ThrowIfNull(topic);
            table.Changes().Pairs.To(new TopicSink<Keyed<TKey, Change<TRow>>, TRow>(
                topic,
                static pair => pair.Value.New!,
                new StreamKeys<TKey, Change<TRow>>(),
                hasValue: static pair => pair.Value.HasNew));
        }
    }
}
