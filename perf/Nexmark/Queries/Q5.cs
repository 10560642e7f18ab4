namespace Dataflow.Perf.Nexmark;

/// <summary>Windows of 10 s every 2 s: the auctions with the most bids.</summary>
internal static class Q5
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .WithEventTime()
            .Bids()
            .KeyBy(bid => bid.Auction)
            .Window(Hopping.Of(TimeSpan.FromSeconds(10), Every))
            .Aggregate(a => a.Count(), (auction, window, count) => (Auction: auction, Count: count, window.StartMs))
            .Values()
            .Window(Tumbling.Every(Every), "hottest") // each holds the counts of one of the windows before
            .Aggregate(a => a.AllMaxBy(row => row.Count), (_, hottest) => hottest)
            .SelectMany(hottest => hottest)
            .To(results, (row, text) => text.Add(row.Auction).Add(row.Count).Add(row.StartMs));
}
