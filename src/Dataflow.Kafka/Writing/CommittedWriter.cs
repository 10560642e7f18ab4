using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Collects the results of a checkpoint for its own commit, in which they come to the topic. So nothing of a process that was shut
/// out is ever visible, and nothing is left to do for the one that takes its work over.</summary>
internal sealed class CommittedWriter<T>(RecordMaker<T> maker, LogTopic topic, TimeProvider time) : SinkWriter<T>
{
    private readonly RecordBuffer?[] _buffers = new RecordBuffer?[topic.PartitionCount];
    private uint _turn = (uint)Random.Shared.Next(topic.PartitionCount); // of records without a key

    public override long PendingBytes => _buffers.Sum(static buffer => (long)(buffer?.Bytes ?? 0));

    public override void Write(in Record<T> record)
    {
        var made = maker.Make(record.Value);
        var partition = made.HasKey ? KafkaPartitioner.Partition(made.Key, _buffers.Length) : (int)(_turn++ % _buffers.Length);
        made.AppendTo(_buffers[partition] ??= new RecordBuffer(), TimeOf(record.Timestamp));
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        for (var partition = 0; partition < _buffers.Length; partition++)
        {
            if (_buffers[partition] is not { } records) continue;
            output.Append(topic, partition, records);
            _buffers[partition] = null;
        }

        return default;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in _buffers) buffer?.Dispose();
        base.Dispose(disposing);
    }

    // Brokers delete what is old, and refuse what is to come.
    private long TimeOf(long timestamp)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return timestamp > 0 && timestamp <= now ? timestamp : now;
    }
}
