namespace Dataflow.Perf.Nexmark;

/// <summary>Selection: the bids on some auctions.</summary>
internal static class Q2
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Where(bid => bid.Auction % 123 == 0)
            .To(results, (bid, row) => row.Add(bid.Auction).Add(bid.Price));
}
