namespace Dataflow.Perf.Nexmark;

/// <summary>Pass through: every bid.</summary>
internal static class Q0
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .To(results, (bid, row) => row.Add(bid.Auction).Add(bid.Bidder).Add(bid.Price).Add(bid.DateTime).Add(bid.Extra));
}
