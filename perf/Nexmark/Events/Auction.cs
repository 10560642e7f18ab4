using MessagePack;

namespace Dataflow.Perf.Nexmark;

/// <summary>A thing that is put up for sale. Money is in cents.</summary>
[DataflowRecord]
public sealed class Auction : Event
{
    [Key(2)]
    public long Id { get; init; }

    [Key(3)]
    public Utf8 ItemName { get; init; }

    [Key(4)]
    public Utf8 Description { get; init; }

    [Key(5)]
    public long InitialBid { get; init; }

    [Key(6)]
    public long Reserve { get; init; }

    [Key(7)]
    public long Expires { get; init; }

    [Key(8)]
    public long Seller { get; init; }

    [Key(9)]
    public long Category { get; init; }

    [Key(10)]
    public Utf8 Extra { get; init; }
}
