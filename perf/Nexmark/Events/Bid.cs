using MessagePack;

namespace Dataflow.Perf.Nexmark;

/// <summary>An offer for an auction, in cents.</summary>
[DataflowRecord]
public sealed class Bid : Event
{
    [Key(2)]
    public long Auction { get; init; }

    [Key(3)]
    public long Bidder { get; init; }

    [Key(4)]
    public long Price { get; init; }

    [Key(5)]
    public Utf8 Channel { get; init; }

    [Key(6)]
    public Utf8 Url { get; init; }

    [Key(7)]
    public Utf8 Extra { get; init; }
}
