using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>The records of a partition as a client brings them.</summary>
internal interface IPartitionFeed : IDisposable
{
    KafkaCluster Kafka { get; }

    /// <summary>The end as the last answers of the broker have it.</summary>
    long End { get; }

    /// <summary>Whether it begins at an offset already.</summary>
    bool IsAt(long offset);

    void Seek(long offset);

    /// <summary>The next record, or the news that the end is reached; null where neither is at hand.</summary>
    /// <exception cref="ConsumeException">The partition cannot be read.</exception>
    ConsumeResult<Bytes, Bytes>? Poll();

    /// <summary>Takes back what the last poll has returned, for the next.</summary>
    void PutBack(ConsumeResult<Bytes, Bytes> record);
}

/// <summary>A client for one partition, which reads another one when this one is closed: to connect takes longer than most reads.</summary>
internal sealed class OwnFeed(PartitionConsumer consumer, ConcurrentBag<PartitionConsumer> idle) : IPartitionFeed
{
    private const int MaxIdle = 8;

    private ConsumeResult<Bytes, Bytes>? _back;

    public KafkaCluster Kafka => consumer.Kafka;

    public long End => consumer.End;

    public bool IsAt(long offset) => false;

    public void Seek(long offset)
    {
        _back = null;
        consumer.Meet();
        consumer.Assign(offset, leaderEpoch: -1);
    }

    public ConsumeResult<Bytes, Bytes>? Poll()
    {
        if (_back is not { } back) return consumer.Poll(TimeSpan.Zero);
        _back = null;
        return back;
    }

    public void PutBack(ConsumeResult<Bytes, Bytes> record) => _back = record;

    public void Dispose()
    {
        if (idle.Count >= MaxIdle)
        {
            consumer.Dispose();
            return;
        }

        consumer.Unassign();
        idle.Add(consumer);
    }
}
