using System.ComponentModel;

namespace Dataflow.Kafka;

/// <summary>The sinks of Apache Kafka, as extension members of <see cref="Sink"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KafkaSinks
{
    extension(Sink)
    {
        /// <summary>Writes values to a topic, without keys. Readers with <c>isolation.level=read_committed</c> see each result exactly
        /// once, with the checkpoint that covers it or soon after.</summary>
        /// <remarks>In a job on a <see cref="KafkaLog"/> that was made with the same cluster and settings, results are part of the
        /// checkpoint's own commit, and processes share the sink. Elsewhere they wait in a topic of the pipeline's log,
        /// <c>PIPELINE.TOPIC.outbox</c>, until a transaction has brought them to Kafka. A record's timestamp is its event time; where that
        /// is missing or in the future, the time of writing.</remarks>
        /// <param name="topic">The topic, which must exist.</param>
        /// <param name="kafka">The cluster.</param>
        /// <param name="serde">The serde of the values. Default: the pipeline's for the type.</param>
        /// <exception cref="ConnectorException">A setting of the cluster is unknown, or has a value that is not allowed.</exception>
        public static Sink<T> Kafka<T>(string topic, KafkaCluster kafka, Serde<T>? serde = null)
            => Make(topic, kafka, () => new ValueForm<T>(serde));

        /// <summary>Writes values to a topic by a key, each key to the partition that Kafka's own producers would choose.</summary>
        /// <inheritdoc cref="Kafka{T}(string, KafkaCluster, Serde{T}?)"/>
        /// <param name="topic">The topic, which must exist.</param>
        /// <param name="kafka">The cluster.</param>
        /// <param name="key">Selects the key.</param>
        /// <param name="serde">The serde of the values. Default: the pipeline's for the type.</param>
        /// <param name="keySerde">The serde of the keys. Default: the pipeline's for the type.</param>
        /// <example><code>
        /// .To(Sink.Kafka("minutes", kafka, (Minute minute) => minute.Page, Serde.Json&lt;Minute>()));
        /// </code></example>
        public static Sink<T> Kafka<T, TKey>(
            string topic, KafkaCluster kafka, Func<T, TKey> key, Serde<T>? serde = null, Serde<TKey>? keySerde = null)
        {
            ArgumentNullException.ThrowIfNull(key);
            return Make(topic, kafka, () => new KeyedForm<T, TKey>(key, serde, keySerde));
        }

        /// <summary>Writes records with keys, headers and tombstones to a topic.</summary>
        /// <inheritdoc cref="Kafka{T}(string, KafkaCluster, Serde{T}?)"/>
        /// <param name="topic">The topic, which must exist.</param>
        /// <param name="kafka">The cluster.</param>
        /// <param name="key">The serde of the keys. Default: the pipeline's for the type.</param>
        /// <param name="value">The serde of the values. Default: the pipeline's for the type.</param>
        /// <example><code>
        /// .To(Sink.KafkaRecords&lt;string, string>("titles", kafka));
        /// </code></example>
        public static Sink<KafkaRecord<TKey, T>> KafkaRecords<TKey, T>(
            string topic, KafkaCluster kafka, Serde<TKey>? key = null, Serde<T>? value = null)
            => Make(topic, kafka, () => new FullForm<TKey, T>(key, value));

        /// <summary>Writes the changes of a table: the key with its new row, or without a value where the row is gone. So the topic may be
        /// compacted, and <see cref="KafkaSources"/> read it as a table again.</summary>
        /// <inheritdoc cref="KafkaRecords"/>
        /// <example><code>
        /// pages.Changes().Pairs.To(Sink.KafkaTable&lt;string, Page>("pages-again", kafka));
        /// </code></example>
        public static Sink<Keyed<TKey, Change<TRow>>> KafkaTable<TKey, TRow>(
            string topic, KafkaCluster kafka, Serde<TKey>? key = null, Serde<TRow>? value = null)
            => Make(topic, kafka, () => new ChangeForm<TKey, TRow>(key, value));
    }

    private static KafkaSink<T> Make<T>(string topic, KafkaCluster kafka, Func<RecordForm<T>> form)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        ArgumentNullException.ThrowIfNull(kafka);
        kafka.Check();
        return new KafkaSink<T>(topic, kafka, form);
    }
}
