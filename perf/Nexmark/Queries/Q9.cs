namespace Dataflow.Perf.Nexmark;

/// <summary>Each auction with its winning bid.</summary>
internal static class Q9
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
    {
        var events = house.In(pipeline).WithEventTime();
        events.Auctions().KeyBy(auction => auction.Id)
            .JoinInterval(
                events.Bids().KeyBy(bid => bid.Auction),
                TimeSpan.Zero,
                auction => TimeSpan.FromMilliseconds(auction.Expires - auction.DateTime),
                house.LongestAuction,
                (auction, bid) => (Auction: auction, Bid: bid))
            .Aggregate(a => a.MaxBy(row => (row.Bid.Price, -row.Bid.DateTime, -row.Bid.Index)), (_, winner) => winner)
            .To(results, (row, text) => text.Add(row.Auction)
                .Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Bid.Price).Add(row.Bid.DateTime).Add(row.Bid.Extra));
    }
}
