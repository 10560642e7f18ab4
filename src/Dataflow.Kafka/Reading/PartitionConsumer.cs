using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>A partition, read by a client of its own, which fetches ahead up to <c>queued.max.messages.kbytes</c>.</summary>
/// <remarks>With a client for each partition a slow or held-back one keeps no other from being fetched, and workers read in
/// parallel.</remarks>
internal sealed class PartitionConsumer : IDisposable
{
    private const string Group = "dataflow"; // clients must have one; nothing is committed under it

    private static readonly TimeSpan LongestMeeting = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, string> s_defaults = new()
    {
        ["queued.max.messages.kbytes"] = "16384",
        ["fetch.queue.backoff.ms"] = "10", // librdkafka's second is the time to empty a queue many times over
    };

    private static readonly Dictionary<string, string> s_boundedDefaults = new(s_defaults) { ["fetch.wait.max.ms"] = "20" };

    private readonly KafkaCluster _kafka;
    private TopicPartition _partition;
    private readonly ClientErrors _errors = new();
    private readonly IConsumer<Bytes, Bytes> _consumer;
    private readonly IAdminClient _admin; // over the same connection
    private long _end;

    /// <param name="kafka">The cluster.</param>
    /// <param name="needsAll">Whether headers and topic names are needed.</param>
    /// <param name="isBounded">Whether the end is waited for: brokers report it only after a wait for more.</param>
    public PartitionConsumer(KafkaCluster kafka, bool needsAll, bool isBounded)
    {
        (_kafka, _partition) = (kafka, null!);
        _consumer = Build(kafka, isBounded ? s_boundedDefaults : s_defaults, Group, needsAll, _errors);
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
    }

    /// <summary>Begins with a partition.</summary>
    /// <inheritdoc cref="PartitionConsumer(KafkaCluster, bool, bool)"/>
    /// <param name="kafka">The cluster.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="needsAll">Whether headers and topic names are needed.</param>
    /// <param name="isBounded">Whether the end is waited for.</param>
    public PartitionConsumer(KafkaCluster kafka, TopicPartition partition, bool needsAll, bool isBounded)
        : this(kafka, needsAll, isBounded) => _partition = partition;

    public KafkaCluster Kafka => _kafka;

    /// <summary>Makes it read a partition, from where it is assigned next.</summary>
    public void Of(TopicPartition partition) => (_partition, _end) = (partition, 0);

    /// <inheritdoc cref="Meet(IConsumer{Bytes, Bytes}, TopicPartition)"/>
    public void Meet() => Meet(_consumer, _partition);

    public void Unassign() => _consumer.Unassign();

    public string Topic => _partition.Topic;

    /// <summary>The end as the last answers of the broker have it.</summary>
    public long End => _consumer.GetWatermarkOffsets(_partition).High is { IsSpecial: false } high ? high.Value : _end;

    /// <summary>Whether the connection to all brokers was lost since the last question.</summary>
    public bool TakeLost() => _errors.TakeLost();

    public IReadOnlyList<FoundTopic> Find(TopicNames names, TimeSpan timeout) => names.Find(_kafka, _admin, timeout);

    /// <summary>The first offset, and the one up to which readers of committed records can read.</summary>
    public (long Low, long High) Held()
    {
        var held = _consumer.QueryWatermarkOffsets(_partition, _kafka.Timeout);
        _end = held.High;
        return (held.Low, held.High);
    }

    public long OffsetOf(KafkaStart start, (long Low, long High) held)
    {
        if (start == KafkaStart.Latest) return held.High;
        if (start.Time is { } time)
        {
            var at = new TopicPartitionTimestamp(_partition, new Timestamp(time));
            return _consumer.OffsetsForTimes([at], _kafka.Timeout)[0].Offset is { IsSpecial: false } offset ? offset.Value : held.High;
        }

        return start.Group is { } group && CommittedBy(group) is { IsSpecial: false } committed ? committed.Value : held.Low;
    }

    public void Assign(long offset, int leaderEpoch)
        => _consumer.Assign(new TopicPartitionOffset(_partition, offset, leaderEpoch < 0 ? null : leaderEpoch));

    /// <summary>The next record or the news that the end is reached; null where neither comes in time.</summary>
    /// <exception cref="ConsumeException">The partition cannot be read.</exception>
    public ConsumeResult<Bytes, Bytes>? Poll(TimeSpan wait) => Poll(_consumer, wait);

    /// <inheritdoc cref="Poll(TimeSpan)"/>
    public static ConsumeResult<Bytes, Bytes>? Poll(IConsumer<Bytes, Bytes> consumer, TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException error) when (error.Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            return null; // the client asks for a group's coordinator, though none is needed
        }
    }

    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Dispose();
    }

    /// <summary>Builds a client that reads partitions of a log, and reports their ends.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="areCommitted">Whether it waits until records are committed, and reads only these.</param>
    public static IConsumer<Bytes, Bytes> Build(KafkaCluster kafka, bool areCommitted)
        => Build(kafka, s_boundedDefaults, Group, needsAll: true, new(), areCommitted);

    /// <summary>Lets a client learn who leads a topic's partitions, by a question. If it does not know when it is to read, it finds out
    /// within a second.</summary>
    public static void Meet(IConsumer<Bytes, Bytes> consumer, TopicPartition partition)
    {
        try
        {
            consumer.QueryWatermarkOffsets(partition, LongestMeeting);
        }
        catch (KafkaException)
        {
            // Whoever reads learns what is wrong.
        }
    }

    private static IConsumer<Bytes, Bytes> Build(
        KafkaCluster kafka, Dictionary<string, string> defaults, string group, bool needsAll, ClientErrors errors, bool areCommitted = true)
        => new ConsumerBuilder<Bytes, Bytes>(kafka.ToClient(defaults, new Dictionary<string, string>
        {
            ["group.id"] = group,
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["auto.offset.reset"] = "error", // never to skip records silently
            ["isolation.level"] = areCommitted ? "read_committed" : "read_uncommitted",
            ["enable.partition.eof"] = "true",
            ["dotnet.consumer.consume.result.fields"] = needsAll ? "all" : "timestamp",
        })).SetKeyDeserializer(new BytesReader()).SetValueDeserializer(new BytesReader())
            .SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => errors.Add(error)).Build();

    private Offset CommittedBy(string group)
    {
        using var consumer = Build(_kafka, s_defaults, group, needsAll: false, _errors);
        return GroupPosition.Of(consumer, _partition, _kafka.Timeout, CancellationToken.None);
    }
}
