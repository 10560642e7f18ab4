namespace Dataflow.Perf.Nexmark;

/// <summary>Every bid with the directories of its url.</summary>
internal static class Q22
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Select(bid => (Bid: bid, Parts: bid.Url.Split('/')))
            .To(results, (row, text) => text.Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Bid.Price).Add(row.Bid.Channel)
                .Add(row.Parts[3]).Add(row.Parts[4]).Add(row.Parts[5]));
}
