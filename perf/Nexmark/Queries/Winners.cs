namespace Dataflow.Perf.Nexmark;

/// <summary>A bid that came while its auction was open: what queries that count want to know of it.</summary>
public readonly record struct Offer(
    long Auction, long Seller, long Category, long Expires, long Price, long DateTime, long Index)
{
    public static Offer Of(Auction auction, Bid bid)
        => new(auction.Id, auction.Seller, auction.Category, auction.Expires, bid.Price, bid.DateTime, bid.Index);
}

/// <summary>Who wins an auction: the highest bid between its start and its end; of equal ones the earliest.</summary>
internal static class Winners
{
    /// <summary>The winning offer of each auction, so far.</summary>
    public static Table<long, Offer> Of(Pipeline pipeline, NexmarkSource source)
        => Bids(pipeline, source, Offer.Of)
            .Aggregate(a => a.MaxBy(offer => (offer.Price, -offer.DateTime, -offer.Index)), (_, best) => best, "winners");

    /// <summary>Each bid that came in time, with its auction, by auction.</summary>
    public static KeyedStream<long, T> Bids<T>(Pipeline pipeline, NexmarkSource source, Func<Auction, Bid, T> result)
    {
        var events = pipeline.From(source).WithEventTime();
        var bids = events.Bids().KeyBy(bid => bid.Auction);
        return events.Auctions().KeyBy(auction => auction.Id).JoinInterval(
            bids,
            TimeSpan.Zero,
            auction => TimeSpan.FromMilliseconds(auction.Expires - auction.DateTime),
            source.LongestAuction,
            result);
    }
}
