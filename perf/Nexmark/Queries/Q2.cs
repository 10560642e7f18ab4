namespace Dataflow.Perf.Nexmark;

/// <summary>Selection: the bids on some auctions.</summary>
internal static class Q2
{
    public static void Build(Pipeline pipeline, NexmarkSource source, Results results)
        => pipeline.From(source)
            .Bids()
            .Where(bid => bid.Auction % 123 == 0)
            .To(results, (bid, row) => row.Add(bid.Auction).Add(bid.Price));
}
