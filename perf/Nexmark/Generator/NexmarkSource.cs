namespace Dataflow.Perf.Nexmark;

/// <summary>Reads the first <paramref name="events"/> of the stream, in parallel: the splits take turns by blocks, so that all
/// of them advance through the one stream together.</summary>
internal sealed class NexmarkSource(EventGenerator generator, long events, int splits) : Source<Event>
{
    private const long Block = 1000;

    public override string Name => "nexmark";

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [.. Enumerable.Range(0, splits).Select(split => new SplitDescription($"nexmark[{split}]"))];

    public override SourceReader<Event> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(this, split, position);

    /// <summary>The event at a position of a split.</summary>
    public long IndexOf(int split, long position)
        => (((position / Block * splits) + split) * Block) + (position % Block);

    private sealed class Reader(NexmarkSource source, SourceSplit split, long position) : SourceReader<Event>
    {
        private readonly EventGenerator _generator = source.Generator;
        private readonly long _end = source.Events;
        private long _position = position;
        private long _next = source.IndexOf(split.Index, position);

        public override long Position => _position;

        public override bool IsFinished => _next >= _end;

        public override int Read(Span<Record<Event>> records)
        {
            var count = 0;
            for (; count < records.Length && _next < _end; count++)
            {
                records[count] = new Record<Event>(_generator.Create(_next), 0, new RecordOrigin(split.Id, _position));
                _position++;
                _next = _position % Block == 0 ? source.IndexOf(split.Index, _position) : _next + 1;
            }

            return count;
        }
    }

    private EventGenerator Generator => generator;

    private long Events => events;
}
