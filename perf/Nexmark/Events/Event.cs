using MessagePack;

namespace Dataflow.Perf.Nexmark;

/// <summary>What happens at the auction house: a <see cref="Person"/> registers, an <see cref="Auction"/> opens, a
/// <see cref="Bid"/> is made.</summary>
[Union(0, typeof(Person))]
[Union(1, typeof(Auction))]
[Union(2, typeof(Bid))]
public abstract class Event
{
    /// <summary>The place in the stream, from 0; of two events that tie the earlier one wins.</summary>
    [Key(0)]
    public long Index { get; init; }

    /// <summary>When it happened, ms since the Unix epoch.</summary>
    [Key(1)]
    public long DateTime { get; init; }
}
