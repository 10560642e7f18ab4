using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>Several partitions of a topic over one client, for one thread that polls each in turn. A poll that meets a record of another
/// partition leaves it to that one, and nothing more is taken from the client until that one has it: a record's memory is used again by the
/// next.</summary>
internal sealed class SharedFeeds
{
    private readonly KafkaCluster _kafka;
    private readonly string _topic;
    private readonly IConsumer<Bytes, Bytes> _consumer;
    private readonly Dictionary<int, Feed> _feeds;
    private int _open;

    public SharedFeeds(
        KafkaCluster kafka, string topic, IReadOnlyList<(int Partition, long Offset)> from, bool areCommitted = true)
    {
        (_kafka, _topic, _open) = (kafka, topic, from.Count);
        _consumer = PartitionConsumer.Build(kafka, areCommitted);
        PartitionConsumer.Meet(_consumer, new(topic, from[0].Partition));
        _feeds = from.ToDictionary(static start => start.Partition, start => new Feed(this, start.Partition, start.Offset));
        _consumer.Assign(from.Select(start => new TopicPartitionOffset(topic, start.Partition, start.Offset)));
        Feeds = [.. from.Select(start => _feeds[start.Partition])];
    }

    public IReadOnlyList<IPartitionFeed> Feeds { get; }

    private sealed class Feed(SharedFeeds all, int partition, long offset) : IPartitionFeed
    {
        private ConsumeResult<Bytes, Bytes>? _waiting;

        public KafkaCluster Kafka => all._kafka;

        public long End
            => all._consumer.GetWatermarkOffsets(new(all._topic, partition)).High is { IsSpecial: false } high ? high.Value : 0;

        public bool IsAt(long start) => start == offset;

        public void Seek(long start) => all._consumer.Seek(new(all._topic, partition, start));

        public ConsumeResult<Bytes, Bytes>? Poll()
        {
            if (_waiting is { } waiting)
            {
                _waiting = null;
                return waiting;
            }

            if (all._feeds.Values.Any(static feed => feed._waiting is not null)) return null;
            if (PartitionConsumer.Poll(all._consumer, TimeSpan.Zero) is not { } next) return null;
            if (next.Partition == partition) return next;
            all._feeds[next.Partition]._waiting = next;
            return null;
        }

        public void PutBack(ConsumeResult<Bytes, Bytes> record) => _waiting = record;

        public void Dispose()
        {
            if (--all._open == 0) all._consumer.Dispose();
        }
    }
}
