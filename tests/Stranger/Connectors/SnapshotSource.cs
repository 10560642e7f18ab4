using Dataflow;

namespace Stranger.Connectors;

/// <summary>The numbers of a list that grows, up to what it held when the job first started.</summary>
internal sealed class SnapshotSource(IReadOnlyList<int> numbers, bool endsAtFirstStart) : Source<int>
{
    public override string Name => "snapshot";

    public override bool EndsAtFirstStart => endsAtFirstStart;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription(Name, numbers.Count)];

    public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context) => new Reader(numbers, split, position);

    private sealed class Reader(IReadOnlyList<int> numbers, SourceSplit split, long position) : SourceReader<int>
    {
        public override long Position => position;

        public override bool IsFinished => position >= split.End;

        public override int Read(Span<Record<int>> records)
        {
            var count = 0;
            for (; count < records.Length && !IsFinished; position++)
                records[count++] = new(numbers[(int)position], 0, new RecordOrigin(split.Id, position));
            return count;
        }
    }
}
