using Dataflow.Extensibility;

namespace Dataflow.Tests.Docs.Samples;

/// <summary>The smallest source: whole numbers up to an end.</summary>
public sealed class NumberSource(long end) : Source<long>
{
    public override string Name => "numbers";

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new("numbers", end)];

    public override SourceReader<long> Open(SourceSplit split, long position, SourceContext context) => new Reader(split, position);

    private sealed class Reader(SourceSplit split, long position) : SourceReader<long>
    {
        public override long Position => position;

        public override bool IsFinished => position == split.End;

        public override int Read(Span<Record<long>> records)
        {
            var count = 0;
            for (; count < records.Length && !IsFinished; position++)
                records[count++] = new(position, 0, new RecordOrigin(split.Id, position));
            return count;
        }
    }
}

/// <summary>The smallest sink: appends lines to a file, at least once.</summary>
public sealed class LineSink<T>(string path) : Sink<T>
{
    public override string Name => path;

    public override string Guarantee => "at least once";

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(path);

    private sealed class Writer(string path) : SinkWriter<T>
    {
        private readonly List<string> _lines = [];

        public override void Write(in Record<T> record) => _lines.Add($"{record.Value}");

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            File.AppendAllLines(path, _lines);
            _lines.Clear();
            return default; // nothing that Open needs
        }
    }
}
