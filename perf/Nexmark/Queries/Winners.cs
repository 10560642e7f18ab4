namespace Dataflow.Perf.Nexmark;

/// <summary>A bid that came while its auction was open.</summary>
public readonly record struct Offer(
    long Auction, long Seller, long Category, long Expires, long Price, long DateTime, long Index);

/// <summary>Who wins an auction: the highest bid between its start and its end; of equal ones the earliest.</summary>
internal static class Winners
{
    /// <summary>The winning offer of each auction, so far.</summary>
    public static Table<long, Offer> Of(Pipeline pipeline, AuctionHouse house)
    {
        var events = house.In(pipeline).WithEventTime();
        // What is not asked for need not be kept until the auction ends.
        var bids = events.Bids().Select(bid => (bid.Auction, bid.Price, bid.DateTime, bid.Index)).KeyBy(bid => bid.Auction);
        return events.Auctions()
            .Select(auction => (auction.Id, auction.Seller, auction.Category, auction.DateTime, auction.Expires))
            .KeyBy(auction => auction.Id)
            .JoinInterval(
                bids,
                TimeSpan.Zero,
                auction => TimeSpan.FromMilliseconds(auction.Expires - auction.DateTime),
                house.LongestAuction,
                (auction, bid) => new Offer(
                    auction.Id, auction.Seller, auction.Category, auction.Expires, bid.Price, bid.DateTime, bid.Index))
            .Aggregate(a => a.MaxBy(offer => (offer.Price, -offer.DateTime, -offer.Index)), (_, best) => best, "winners");
    }
}
