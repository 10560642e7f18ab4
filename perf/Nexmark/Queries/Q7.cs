namespace Dataflow.Perf.Nexmark;

/// <summary>Windows of 10 s: the highest bids.</summary>
internal static class Q7
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .WithEventTime()
            .Bids()
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(a => a.AllMaxBy(bid => bid.Price), (_, highest) => highest)
            .SelectMany(highest => highest)
            .To(results, (bid, row) => row.Add(bid.Auction).Add(bid.Price).Add(bid.Bidder).Add(bid.DateTime).Add(bid.Extra));
}
