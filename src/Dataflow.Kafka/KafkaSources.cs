using System.ComponentModel;
using System.Text.Json;

namespace Dataflow.Kafka;

/// <summary>The sources of Apache Kafka, as extension members of <see cref="Source"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KafkaSources
{
    extension(Source)
    {
        /// <summary>Reads the values of a topic: committed records only, each once, from the pipeline's own checkpoint on. Each partition
        /// is a split.</summary>
        /// <remarks>Timestamps of records are Kafka's. A record without a value (a tombstone) counts as unreadable, and the pipeline's
        /// <see cref="ErrorPolicy"/> applies: read a topic that has such with <see cref="KafkaTable"/> or
        /// <see cref="KafkaRecords"/>.</remarks>
        /// <param name="topic">The topic's name, or a regular expression for several, which begins with '^'.</param>
        /// <param name="kafka">The cluster.</param>
        /// <param name="serde">The serde of the values. Default: the pipeline's for the type.</param>
        /// <param name="start">The place to begin at; the start of the topic unless given.</param>
        /// <param name="stopAtEnd">Whether to read only up to the end that the topic has when the job first starts.</param>
        /// <exception cref="ConnectorException">A setting of the cluster is unknown, or has a value that is not allowed.</exception>
        /// <example><code>
        /// pipeline.From(Source.Kafka("clicks", kafka, Serde.Json&lt;Click>(), stopAtEnd: true))
        /// </code></example>
        public static Source<T> Kafka<T>(
            string topic, KafkaCluster kafka, Serde<T>? serde = null, KafkaStart? start = null, bool stopAtEnd = false)
            => Make(topic, kafka, () => new ValueForm<T>(serde), start, stopAtEnd);

        /// <summary>Reads a topic's records with keys, headers and timestamps, tombstones and records without keys included.</summary>
        /// <param name="key">The serde of the keys. Default: the pipeline's for the type.</param>
        /// <param name="value">The serde of the values. Default: the pipeline's for the type.</param>
        /// <inheritdoc cref="Kafka"/>
        /// <param name="topic">The topic's name, or a regular expression for several, which begins with '^'.</param>
        /// <param name="kafka">The cluster.</param>
        /// <param name="start">The place to begin at; the start of the topic unless given.</param>
        /// <param name="stopAtEnd">Whether to read only up to the end that the topic has when the job first starts.</param>
        /// <example><code>
        /// pipeline.From(Source.KafkaRecords&lt;string, Click>("clicks", kafka, start: KafkaStart.Latest))
        /// </code></example>
        public static Source<KafkaRecord<TKey, T>> KafkaRecords<TKey, T>(
            string topic, KafkaCluster kafka, Serde<TKey>? key = null, Serde<T>? value = null, KafkaStart? start = null,
            bool stopAtEnd = false)
            => Make(topic, kafka, () => new FullForm<TKey, T>(key, value), start, stopAtEnd);

        /// <summary>Reads a topic as the changes of a table, for <c>pipeline.Table</c>: a record sets the row of its key, one without a
        /// value deletes it. So it reads compacted topics.</summary>
        /// <inheritdoc cref="KafkaRecords"/>
        /// <example><code>
        /// var pages = pipeline.Table(Source.KafkaTable&lt;string, Page>("pages", kafka, stopAtEnd: true));
        /// </code></example>
        public static Source<Keyed<TKey, Change<TRow>>> KafkaTable<TKey, TRow>(
            string topic, KafkaCluster kafka, Serde<TKey>? key = null, Serde<TRow>? value = null, bool stopAtEnd = false)
            => Make(topic, kafka, () => new ChangeForm<TKey, TRow>(key, value), KafkaStart.Earliest, stopAtEnd);

        /// <summary>Reads the changes of a database's table that Debezium has written to a topic, for <c>pipeline.Table</c>: inserts,
        /// updates, deletes and the rows of its snapshots, as JSON with schemas or without.</summary>
        /// <remarks>A change has the row before only where the database gives all of it (<c>REPLICA IDENTITY FULL</c> in PostgreSQL).
        /// Without it an update is an insert, and the row of a delete the type's default value; a table knows the row itself.</remarks>
        /// <param name="options">The options of System.Text.Json by which keys and rows are read; unless given, columns in snake case are
        /// members in Pascal case, and numbers may be texts.</param>
        /// <inheritdoc cref="KafkaRecords"/>
        /// <param name="topic">The topic's name, or a regular expression for several, which begins with '^'.</param>
        /// <param name="kafka">The cluster.</param>
        /// <param name="stopAtEnd">Whether to read only up to the end that the topic has when the job first starts.</param>
        /// <example><code>
        /// var products = pipeline.Table(Source.Debezium&lt;int, Product>("shop.public.products", kafka));
        /// </code></example>
        public static Source<Keyed<TKey, Change<TRow>>> Debezium<TKey, TRow>(
            string topic, KafkaCluster kafka, JsonSerializerOptions? options = null, bool stopAtEnd = false)
        {
            var json = DebeziumJson.With(options);
            return Make(topic, kafka, () => new DebeziumForm<TKey, TRow>(json), KafkaStart.Earliest, stopAtEnd);
        }
    }

    private static KafkaSource<T> Make<T>(string topic, KafkaCluster kafka, Func<ReadForm<T>> form, KafkaStart? start, bool stopAtEnd)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        ArgumentNullException.ThrowIfNull(kafka);
        kafka.Check();
        return new KafkaSource<T>(new TopicNames(topic), kafka, form, start ?? KafkaStart.Earliest, stopAtEnd);
    }
}
