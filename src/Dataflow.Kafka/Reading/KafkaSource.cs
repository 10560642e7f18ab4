using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dataflow.Kafka;

/// <summary>Reads topics; each partition is a split, the next offset its position.</summary>
internal sealed class KafkaSource<T>(
    TopicNames names, KafkaCluster kafka, Func<ReadForm<T>> newForm, KafkaStart start, bool stopAtEnd) : Source<T>
{
    public override string Name => $"kafka:{names}";

    public override bool MayBeShared => true;

    public override bool IsBounded => stopAtEnd;

    public override void CheckTypes() => _ = newForm();

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => ClusterQuestion.Ask<IReadOnlyList<SplitDescription>>(kafka, $"topic '{names}'", admin =>
        {
            List<TopicPartition> partitions =
            [
                .. from topic in names.Find(kafka, admin, kafka.Timeout)
                   from partition in Enumerable.Range(0, topic.Partitions)
                   select new TopicPartition(topic.Name, partition),
            ];
            var ends = stopAtEnd ? EndsOf(admin, partitions) : null;
            return
            [
                .. partitions.Select(partition => new SplitDescription(
                    TopicNames.SplitOf(partition.Topic, partition.Partition), ends?[partition])),
            ];
        });

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var form = newForm();
        var partition = new PartitionConsumer(kafka, TopicNames.PartitionOf(split.Name), form.NeedsAll, isBounded: split.End is not null);
        try
        {
            return Open(split, position, partition, form, context.Time);
        }
        catch (KafkaException error)
        {
            partition.Dispose();
            throw KafkaErrors.Of(kafka, $"split '{split.Name}'", error.Error);
        }
        catch
        {
            partition.Dispose();
            throw;
        }
    }

    private KafkaReader<T> Open(SourceSplit split, long position, PartitionConsumer partition, ReadForm<T> form, TimeProvider time)
    {
        var topic = partition.Find(names, kafka.Timeout).FirstOrDefault(topic => topic.Name == partition.Topic)
            ?? throw KafkaErrors.Recreated(kafka, split.Name);
        var mark = ReadMark.Of(split.Mark.Span);
        if (mark is { } read && read.Topic != topic.Id) throw KafkaErrors.Recreated(kafka, split.Name);
        var held = Patience.Ask(partition.Held);
        if (mark is null) position = partition.OffsetOf(split.IsAdded ? KafkaStart.Earliest : start, held);
        if (position < held.Low) throw KafkaErrors.Trimmed(kafka, split.Name, position, held.Low);
        if (position > held.High) throw KafkaErrors.Truncated(kafka, split.Name, position, held.High);
        var epoch = mark?.LeaderEpoch ?? -1;
        partition.Assign(position, epoch);
        return new KafkaReader<T>(Name, split, partition, form, position, new ReadMark(topic.Id, epoch), time)
        {
            Watch = new TopicWatch(kafka, names, partition, topic, split, time),
        };
    }

    /// <summary>The offsets up to which readers of committed records can read now.</summary>
    private Dictionary<TopicPartition, long> EndsOf(IAdminClient admin, IEnumerable<TopicPartition> partitions)
        => admin.ListOffsetsAsync(
                partitions.Select(static partition => new TopicPartitionOffsetSpec
                {
                    TopicPartition = partition,
                    OffsetSpec = OffsetSpec.Latest(),
                }),
                new ListOffsetsOptions { IsolationLevel = IsolationLevel.ReadCommitted, RequestTimeout = kafka.Timeout })
            .GetAwaiter().GetResult().ResultInfos.Select(static info => info.TopicPartitionOffsetError)
            .ToDictionary(static end => end.TopicPartition, static end => end.Offset.Value);
}
