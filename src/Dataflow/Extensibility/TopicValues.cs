using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Serialization;

namespace Dataflow.Extensibility;

/// <summary>The values of a topic in the log of the job, as a source reads them or a sink writes them, and their keys. A start compares
/// their form with those in which values and keys of the topic were written before.</summary>
/// <remarks>The form of <see cref="Serde{T}.Default"/> is compared, also of <see cref="Serde.Polymorphic"/>; bytes, and those of other
/// serdes, are not.</remarks>
public sealed class TopicValues
{
    private TopicValues(string topic, IReadOnlyList<(ValueSchema Schema, bool AreKeys)> schemas) => (Topic, Schemas) = (topic, schemas);

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    internal IReadOnlyList<(ValueSchema Schema, bool AreKeys)> Schemas { get; }

    /// <summary>Makes the description of values.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="serde">The serde that reads or writes them.</param>
    public static TopicValues Of<T>(string topic, Serde<T> serde)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        ArgumentNullException.ThrowIfNull(serde);
        return new(topic, Part((serde as IHasSchema)?.Schema, areKeys: false));
    }

    /// <summary>Returns the description with keys: equal ones must have the bytes that they have had in the topic.</summary>
    /// <param name="keys">The codec that reads or writes them.</param>
    public TopicValues WithKeys<TKey>(KeyCodec<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new(Topic, [.. Schemas, .. Part(keys.Schema, areKeys: true)]);
    }

    /// <summary>Compares the values with those that were written to the topic, and keeps their form with it: for writers outside of
    /// pipelines. In a pipeline <see cref="Sink{T}.Writes"/> says it.</summary>
    /// <param name="log">The log, which has the topic.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PlanException">What reads the topic's values could not read these, nor the other way round; the message says
    /// why.</exception>
    /// <exception cref="LogException">The log failed.</exception>
    public ValueTask KeepAsync(PartitionedLog log, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var kept = new KeptSchemas(log);
        kept.Add(this);
        return kept.Faults.Count == 0 ? kept.WriteAsync(null, cancellationToken) : throw PlanException.NoSerde(kept.Faults);
    }

    private static (ValueSchema, bool)[] Part(ValueSchema? schema, bool areKeys) => schema is null ? [] : [(schema, areKeys)];
}
