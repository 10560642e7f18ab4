namespace Dataflow.Perf.Nexmark;

/// <summary>Currency conversion: every bid, its price in thousandths of another currency.</summary>
internal static class Q1
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Select(bid => (bid.Auction, bid.Bidder, Price: bid.Price * 908, bid.DateTime, bid.Extra))
            .To(results, (bid, row) => row.Add(bid.Auction).Add(bid.Bidder).Add(bid.Price).Add(bid.DateTime).Add(bid.Extra));
}
