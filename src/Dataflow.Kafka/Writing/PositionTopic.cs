using System.Buffers.Binary;
using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dataflow.Kafka;

/// <summary>A topic whose last record says which results of an outbox are in Kafka; written in the transactions that bring them
/// there.</summary>
/// <remarks>It is compacted and has one key. Each sink has its own: an open transaction of another writer would hide the last
/// record.</remarks>
internal sealed class PositionTopic(KafkaCluster kafka, string name)
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    public string Name => name;

    /// <summary>The key of all records.</summary>
    public static byte[] Key { get; } = "position"u8.ToArray();

    /// <summary>Creates the topic if it is missing.</summary>
    /// <exception cref="ConnectorException">It is, and cannot be created.</exception>
    public void Create() => ClusterQuestion.Ask(kafka, $"topic '{name}'", admin =>
    {
        var topic = new TopicSpecification
        {
            Name = name,
            NumPartitions = 1,
            ReplicationFactor = -1, // the broker's default
            Configs = new() { ["cleanup.policy"] = "compact", ["segment.bytes"] = $"{1 << 20}" },
        };
        try
        {
            return new TopicNames(name).Find(kafka, admin, kafka.Timeout).Count;
        }
        catch (KafkaException error) when (error.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.TopicAuthorizationFailed)
        {
            // It is missing, or it cannot be seen.
        }

        try
        {
            admin.CreateTopicsAsync([topic], new CreateTopicsOptions { RequestTimeout = kafka.Timeout }).GetAwaiter().GetResult();
            return 1;
        }
        catch (CreateTopicsException error)
        {
            var cause = error.Results[0].Error;
            return cause.Code == ErrorCode.TopicAlreadyExists ? 1 : throw KafkaErrors.CannotCreate(kafka, name, cause);
        }
    });

    /// <summary>Reads the last committed position; null: there is none.</summary>
    /// <exception cref="KafkaException">The topic cannot be read.</exception>
    public OutboxPosition? ReadLast(CancellationToken cancellationToken)
    {
        using var partition = new PartitionConsumer(kafka, new TopicPartition(name, 0), needsAll: false, isBounded: true);
        partition.Assign(Patience.Ask(partition.Held).Low, leaderEpoch: -1);
        OutboxPosition? last = null;
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var record = partition.Poll(Slice);
            if (record is { IsPartitionEOF: true }) return last;
            if (record is not null) last = OutboxPosition.Of(record.Message.Value.Memory.Span);
            else if (Stopwatch.GetElapsedTime(start) > kafka.Timeout) throw new KafkaException(ErrorCode.Local_TimedOut);
        }
    }
}

/// <summary>The part of an outbox that is in Kafka.</summary>
/// <param name="Life">The outbox of one life of a pipeline.</param>
/// <param name="Offset">The offset in it up to which it is.</param>
internal readonly record struct OutboxPosition(Guid Life, long Offset)
{
    private const int LifeBytes = 16;

    public static OutboxPosition Of(ReadOnlySpan<byte> bytes)
        => new(new Guid(bytes[..LifeBytes]), BinaryPrimitives.ReadInt64LittleEndian(bytes[LifeBytes..]));

    public byte[] ToBytes()
    {
        var bytes = new byte[LifeBytes + sizeof(long)];
        Life.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(LifeBytes), Offset);
        return bytes;
    }
}
