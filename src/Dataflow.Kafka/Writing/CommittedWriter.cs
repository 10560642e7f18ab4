using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Collects the results of a checkpoint for its own commit, in which they come to the topic. So nothing of a process that was shut
/// out is ever visible, and nothing is left to do for the one that takes its work over.</summary>
internal sealed class CommittedWriter<T>(RecordMaker<T> maker, LogTopic topic, TimeProvider time) : SinkWriter<T>
{
    private readonly TopicRecords _records = new(topic);
    private uint _turn = (uint)Random.Shared.Next(topic.PartitionCount); // of records without a key

    public override long PendingBytes => _records.Bytes;

    public override void Write(in Record<T> record)
    {
        var made = maker.Make(record.Value);
        var partition = made.HasKey ? KafkaPartitioner.Partition(made.Key, topic.PartitionCount) : (int)(_turn++ % topic.PartitionCount);
        made.AppendTo(_records.In(partition), TimeOf(record.Timestamp));
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        _records.AppendTo(output);
        return default;
    }

    protected override void Dispose(bool disposing)
    {
        _records.Dispose();
        base.Dispose(disposing);
    }

    // Brokers delete what is old, and refuse what is to come.
    private long TimeOf(long timestamp)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return timestamp > 0 && timestamp <= now ? timestamp : now;
    }
}
