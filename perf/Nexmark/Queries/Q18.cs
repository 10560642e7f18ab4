namespace Dataflow.Perf.Nexmark;

/// <summary>The latest bid of each bidder on each auction.</summary>
internal static class Q18
{
    public static void Build(Pipeline pipeline, NexmarkSource source, Results results)
        => pipeline.From(source)
            .Bids()
            .KeyBy(bid => (bid.Bidder, bid.Auction))
            .LatestBy(bid => (bid.DateTime, bid.Index))
            .To(results, (bid, row) => row.Add(bid));
}
