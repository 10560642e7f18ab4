using Dataflow;
using Dataflow.Extensibility;

namespace Verbs;

/// <summary>Brings the records of a source one at a time, as live input comes: time moves on after each.</summary>
internal static class OneByOneSources
{
    extension<T>(Source<T> source)
    {
        public Source<T> OneByOne() => new OneByOneSource<T>(source);
    }
}

internal sealed class OneByOneSource<T>(Source<T> source) : Source<T>
{
    public override string Name => source.Name;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => source.Describe(context);

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(source.Open(split, position, context));

    private sealed class Reader(SourceReader<T> reader) : SourceReader<T>
    {
        public override long Position => reader.Position;

        public override bool IsFinished => reader.IsFinished;

        public override int Read(Span<Record<T>> records) => reader.Read(records[..1]);
    }
}
