using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Collects the results of a checkpoint and hands them to an outbox, from where a relay brings them to Kafka.</summary>
internal sealed class RelayedWriter<T>(RecordMaker<T> maker, LogTopic outbox, Relay relay, Guid life, SinkContext context) : SinkWriter<T>
{
    private readonly byte[] _state = life.ToByteArray();
    private RecordBuffer _records = new();

    public override long PendingBytes => _records.Bytes;

    public override void Write(in Record<T> record) => maker.Make(record.Value).AppendTo(_records, record.Timestamp);

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        relay.WaitForRoom(_records.Bytes, context.Stopping);
        if (_records.Count > 0)
        {
            output.Append(outbox, 0, _records);
            _records = new RecordBuffer();
        }

        return _state;
    }

    public override void Finish() => relay.WaitForEnd(context.Stopping);

    protected override void Dispose(bool disposing)
    {
        relay.Dispose();
        _records.Dispose();
        base.Dispose(disposing);
    }
}
