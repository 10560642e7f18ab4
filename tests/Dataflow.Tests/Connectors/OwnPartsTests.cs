using System.Text;
using Dataflow.Log;

namespace Dataflow.Tests.Connectors;

/// <summary>A sink of a user's own writes parts as built-in ones do.</summary>
public class OwnPartsTests : FilePartsContract
{
    protected override string Extension => ".txt";

    protected override Sink<Row> Create(IFileSystem disk) => new TextFile(disk, Path);

    protected override IEnumerable<Row> Read(string file)
        => File.ReadLines(file).Select(static line => line.Split(' ', 2)).Select(static cells => new Row(int.Parse(cells[0]), cells[1]));

    private sealed class TextFile(IFileSystem disk, string path) : Sink<Row>, IWritesParts
    {
        public override string Name => "text";

        public override string Guarantee => "exactly once, visible when the job ends";

        public override bool MayBeShared => true;

        public override SinkWriter<Row> Open(ReadOnlyMemory<byte> state, SinkContext context)
            => new Writer(FileParts.Open(disk, path, ".txt", state, context));

        public void FinishPart(ReadOnlyMemory<byte> state, SinkContext context)
            => FileParts.Finish(disk, path, state, static (partial, part) => partial.CopyTo(part));

        private sealed class Writer(PartialFile file) : SinkWriter<Row>
        {
            public override void Write(in Record<Row> record)
                => file.Write(Encoding.UTF8.GetBytes($"{record.Value.Id} {record.Value.Text}\n"));

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output) => file.Prepare();

            public override void Finish() => file.Finish();

            protected override void Dispose(bool disposing)
            {
                file.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
