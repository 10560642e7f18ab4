using System.Buffers;
using Dataflow;
using Dataflow.Log;

namespace Stranger.Connectors;

/// <summary>Appends texts to a topic that each pipeline has for itself, in the form that the pipeline has for texts.</summary>
public sealed class NotesSink : Sink<string>
{
    public static NewTopic Notes => new("notes", 1) { IsOfPipeline = true };

    public SinkContext? Context { get; private set; }

    public override string Name => "notes";

    public override string Guarantee => "exactly once";

    public override NewTopic? Creates => Notes;

    public override SinkWriter<string> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        Context = context;
        return new Writer(context.Log.GetTopic(Notes.NameIn(context.Pipeline)), Serde<string>.Current);
    }

    private sealed class Writer(LogTopic topic, Serde<string> serde) : SinkWriter<string>
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private readonly TopicRecords _records = new(topic);

        public override long PendingBytes => _records.Bytes;

        public override void Write(in Record<string> record)
        {
            _bytes.ResetWrittenCount();
            serde.Write(record.Value, _bytes);
            _records.In(0).Append(record.Timestamp, _bytes.WrittenSpan);
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
    }
}
