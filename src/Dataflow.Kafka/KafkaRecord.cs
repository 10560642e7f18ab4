namespace Dataflow.Kafka;

/// <summary>A record of a topic with all that Kafka keeps of it.</summary>
/// <param name="Key">The key; the type's default value where there is none.</param>
/// <param name="Value">The value; the type's default value where there is none.</param>
public sealed record KafkaRecord<TKey, T>(TKey? Key, T? Value)
{
    /// <summary>Whether there is a key. Default: true where the key is not null, so also for a number.</summary>
    public bool HasKey { get; init; } = Key is not null;

    /// <summary>Whether there is a value; a record with a key and without a value is a tombstone, which deletes the key in a compacted
    /// topic. Default: true where the value is not null, so also for a number.</summary>
    public bool HasValue { get; init; } = Value is not null;

    /// <summary>The headers, in their order.</summary>
    public IReadOnlyList<KafkaHeader> Headers { get; init; } = [];

    /// <summary>The time of a record that was read: its producer's or, if the topic is set so, the broker's. A sink writes the event time
    /// instead.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The topic of a record that was read.</summary>
    public string Topic { get; init; } = "";

    /// <summary>The partition of a record that was read.</summary>
    public int Partition { get; init; }

    /// <summary>The offset of a record that was read.</summary>
    public long Offset { get; init; }
}

/// <summary>A header of a record: a name, which may repeat, and bytes.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The bytes; null: the header has no value.</param>
public sealed record KafkaHeader(string Name, byte[]? Value);
