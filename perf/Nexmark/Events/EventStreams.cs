namespace Dataflow.Perf.Nexmark;

/// <summary>The three views of the one stream, and its time.</summary>
internal static class EventStreams
{
    /// <summary>How far behind the newest event the watermark stays, whatever the disorder.</summary>
    public static readonly TimeSpan Lateness = TimeSpan.FromSeconds(4);

    extension(Stream<Event> events)
    {
        public Stream<Event> WithEventTime() => events.WithEventTime(e => e.DateTime, Lateness);

        public Stream<Person> Persons() => events.Where(e => e is Person, "persons").Select(e => (Person)e);

        public Stream<Auction> Auctions() => events.Where(e => e is Auction, "auctions").Select(e => (Auction)e);

        public Stream<Bid> Bids() => events.Where(e => e is Bid, "bids").Select(e => (Bid)e);
    }
}
