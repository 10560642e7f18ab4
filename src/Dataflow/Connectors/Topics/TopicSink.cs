using System.Buffers;
using Dataflow.Log;

namespace Dataflow;

/// <summary>Appends to a topic within the checkpoint's own commit, so exactly once.</summary>
internal sealed class TopicSink<TIn, T>(
    Topic<T> topic, Func<TIn, T> value, TopicKeys<TIn>? keys, string? name = null, Func<TIn, bool>? hasValue = null)
    : Sink<TIn>
{
    public override string Name => name ?? topic.Name;

    public override bool MayBeShared => true;

    public override string Guarantee => "topic, exactly once";

    public override bool IsParallel => true;

    public override NewTopic? Creates => new(topic.Name, topic.Partitions);

    public override TopicValues? Writes => keys is null ? Values : keys.AddTo(Values);

    private TopicValues Values => TopicValues.Of(topic.Name, topic.Serde);

    public override void CheckTypes() => _ = topic.Serde;

    public override SinkWriter<TIn> Open(ReadOnlyMemory<byte> state, SinkContext context)
        => new TopicSinkWriter<TIn, T>(context.Log.GetTopic(topic.Name), topic.Serde, value, keys, hasValue, context.Worker);
}

internal sealed class TopicSinkWriter<TIn, T>(
    LogTopic topic, Serde<T> serde, Func<TIn, T> value, TopicKeys<TIn>? keys, Func<TIn, bool>? hasValue, int worker)
    : SinkWriter<TIn>
{
    private readonly TopicRecords _records = new(topic);
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();

    public override long PendingBytes => _records.Bytes;

    public override void Write(in Record<TIn> record)
    {
        if (keys is null)
        {
            // Without a key, order is that of the source's partition: records of one split go to one partition.
            var partition = (record.Origin.IsKnown ? record.Origin.Split : worker) % topic.PartitionCount;
            _records.In(partition).Append(record.Timestamp, ValueOf(record.Value));
            return;
        }

        _key.ResetWrittenCount();
        keys.Write(record.Value, _key);
        var buffer = _records.In(KafkaPartitioner.Partition(_key.WrittenSpan, topic.PartitionCount));
        if (hasValue is null || hasValue(record.Value)) buffer.Append(record.Timestamp, _key.WrittenSpan, ValueOf(record.Value));
        else buffer.AppendTombstone(record.Timestamp, _key.WrittenSpan);
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

    private ReadOnlySpan<byte> ValueOf(TIn record)
    {
        _value.ResetWrittenCount();
        serde.Write(value(record), _value);
        return _value.WrittenSpan;
    }
}
