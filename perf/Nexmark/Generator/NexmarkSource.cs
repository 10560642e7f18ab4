using Dataflow.Extensibility;

namespace Dataflow.Perf.Nexmark;

/// <summary>Reads the first events of the stream, in parallel: the splits take turns by blocks, so that all of them advance
/// through the one stream together.</summary>
/// <param name="generator">Makes the events.</param>
/// <param name="events">How many there are.</param>
/// <param name="splits">How many readers share them.</param>
/// <param name="pace">When each event is due; null: as fast as they are read.</param>
internal sealed class NexmarkSource(EventGenerator generator, long events, int splits, Pace? pace = null) : Source<Event>
{
    private const long Block = 1000;

    public override string Name => "nexmark";

    public override bool MayBeShared => true;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [.. Enumerable.Range(0, splits).Select(split => new SplitDescription($"nexmark[{split}]"))];

    public override SourceReader<Event> Open(SourceSplit split, long position, SourceContext context)
        => new Reader(this, split, Math.Max(position, split.Index * Block));

    /// <summary>The event that follows another in the same split.</summary>
    private long After(long n) => (n + 1) % Block == 0 ? n + 1 + ((splits - 1) * Block) : n + 1;

    /// <summary>How many events of the whole stream may be read by now.</summary>
    private long Available() => pace is null ? events : Math.Min(events, pace.EventsDue());

    /// <summary>Its position is the index of the next event in the whole stream.</summary>
    private sealed class Reader(NexmarkSource source, SourceSplit split, long position) : SourceReader<Event>
    {
        private readonly EventGenerator _generator = source.Generator;

        public override long Position => position;

        public override bool IsFinished => position >= source.Events;

        public override int Read(Span<Record<Event>> records)
        {
            var available = source.Available();
            var count = 0;
            for (; count < records.Length && position < available; count++)
            {
                records[count] = new Record<Event>(_generator.Create(position), 0, new RecordOrigin(split.Id, position));
                position = source.After(position);
            }

            return count;
        }

        public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
            => await Task.Delay(Pace.Resolution, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private EventGenerator Generator => generator;

    private long Events => events;
}
