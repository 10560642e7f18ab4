using Dataflow;

namespace Stranger.Connectors;

/// <summary>The numbers from 1 to 3 of each room. Rooms may be added between two starts; it notes what it was told of each.</summary>
public sealed class RoomsSource(params IReadOnlyList<string> rooms) : Source<Keyed<string, Change<int>>>
{
    public List<(string Room, int Count, bool IsAdded)> Opened { get; } = [];

    public bool Ends { get; init; } = true;

    public override string Name => "rooms";

    public override bool IsBounded => Ends;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
        => [.. rooms.Select(room => new SplitDescription(room))];

    public override SourceReader<Keyed<string, Change<int>>> Open(SourceSplit split, long position, SourceContext context)
    {
        lock (Opened) Opened.Add((split.Name, split.Count, split.IsAdded));
        return new Reader(split, position, Ends);
    }

    private sealed class Reader(SourceSplit split, long position, bool ends) : SourceReader<Keyed<string, Change<int>>>
    {
        public override long Position => position;

        public override bool IsFinished => ends && position == 3;

        public override int Read(Span<Record<Keyed<string, Change<int>>>> records)
        {
            if (position == 3) return 0;
            records[0] = new(new(split.Name, Change<int>.Insert((int)++position)), 0, new RecordOrigin(split.Id, position - 1));
            return 1;
        }
    }
}
