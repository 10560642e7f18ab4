namespace Dataflow.Perf.Nexmark;

/// <summary>The ten highest bids of each auction.</summary>
internal static class Q19
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .KeyBy(bid => bid.Auction)
            .TopN(10, bid => (bid.Price, -bid.Index))
            .To(results, (bid, number, row) => row.Add(bid).Add(number));
}
