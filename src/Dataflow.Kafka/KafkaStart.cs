namespace Dataflow.Kafka;

/// <summary>The place where a pipeline begins to read a topic. It counts for its first start only: later ones go on from the pipeline's own
/// checkpoint.</summary>
/// <remarks>Partitions that are added later are read from their start.</remarks>
public sealed class KafkaStart
{
    private KafkaStart(DateTimeOffset? time = null, string? group = null) => (Time, Group) = (time, group);

    /// <summary>The first record that the topic still holds: the default.</summary>
    public static KafkaStart Earliest { get; } = new();

    /// <summary>The end: only records that come after the first start.</summary>
    public static KafkaStart Latest { get; } = new();

    internal DateTimeOffset? Time { get; }

    internal string? Group { get; }

    /// <summary>The first record of each partition whose timestamp is at or after a time; the end where there is none.</summary>
    public static KafkaStart At(DateTimeOffset time) => new(time: time);

    /// <summary>The offsets that a consumer group has committed, for a pipeline that takes over from it; the start of partitions where it
    /// has committed none.</summary>
    public static KafkaStart CommittedBy(string group)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        return new(group: group);
    }
}
