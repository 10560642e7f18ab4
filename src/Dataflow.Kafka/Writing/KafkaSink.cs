using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Writes to a topic. A checkpoint's results go to an outbox on the job's log, in the checkpoint's own commit; a relay brings them
/// from there to Kafka.</summary>
internal sealed class KafkaSink<T>(string topic, KafkaCluster kafka, Func<RecordForm<T>> newForm) : Sink<T>
{
    public override string Name => $"kafka:{topic}";

    public override string Guarantee => "Kafka, exactly once for readers of committed records";

    public override NewTopic? Creates => Outbox;

    private NewTopic Outbox => new($"{topic}.outbox", 1) { IsOfPipeline = true };

    public override void CheckTypes() => _ = newForm();

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var form = newForm();
        form.Open(topic);
        var outbox = context.Log.GetTopic(Outbox.NameIn(context.Pipeline));
        var life = state.IsEmpty ? Guid.NewGuid() : new Guid(state.Span);
        var writer = new TransactionalWriter(kafka, topic, $"dataflow.{context.Pipeline}.{topic}", life, context.Time);
        try
        {
            var position = writer.Begin(isNew: state.IsEmpty, outbox, context.Stopping);
            var relay = new Relay(context.Log, outbox, position, writer);
            return new KafkaWriter<T>(topic, kafka, form, outbox, relay, life, context);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }
}

/// <summary>Collects the results of a checkpoint and hands them to the outbox.</summary>
internal sealed class KafkaWriter<T>(
    string topic, KafkaCluster kafka, RecordForm<T> form, LogTopic outbox, Relay relay, Guid life, SinkContext context) : SinkWriter<T>
{
    private const int UsualMaxBytes = 1_000_000; // librdkafka's

    private readonly int _maxBytes = kafka.Number("message.max.bytes", UsualMaxBytes);
    private readonly byte[] _state = life.ToByteArray();
    private readonly RecordToWrite _record = new();
    private RecordBuffer _records = new();

    public override long PendingBytes => _records.Bytes;

    public override void Write(in Record<T> record)
    {
        _record.Clear();
        form.Write(record.Value, _record);
        if (_record.Bytes > _maxBytes) throw KafkaErrors.TooLarge(kafka, topic, _record.Bytes, _maxBytes);
        _record.AppendTo(_records, record.Timestamp);
    }

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
