namespace Dataflow.Perf.Nexmark;

/// <summary>The latest bid of each bidder on each auction.</summary>
internal static class Q18
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .KeyBy(bid => (bid.Bidder, bid.Auction))
            .LatestBy(bid => (bid.DateTime, bid.Index))
            .To(results, (bid, row) => row.Add(bid));
}
