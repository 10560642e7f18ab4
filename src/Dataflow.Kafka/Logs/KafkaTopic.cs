using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>A topic of a <see cref="KafkaLog"/>.</summary>
internal sealed class KafkaTopic(KafkaLog log, string name, int partitions, TopicSettings settings) : LogTopic(name, partitions, settings)
{
    public KafkaLog Log => log;

    public override long StartOffset(int partition)
    {
        Check(partition);
        return log.StartOf(new(Name, partition));
    }

    public override IReadOnlyList<(long Start, long End)> Ranges() => log.RangesOf(this);

    public override long EndOffset(int partition)
    {
        Check(partition);
        return log.EndOf(new(Name, partition));
    }

    public override long StableOffset(int partition)
    {
        Check(partition);
        return log.StableOf(new(Name, partition));
    }
}
