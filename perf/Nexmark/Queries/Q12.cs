namespace Dataflow.Perf.Nexmark;

/// <summary>Windows of 10 s: how many bids each bidder made.</summary>
internal static class Q12
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .WithEventTime()
            .Bids()
            .KeyBy(bid => bid.Bidder)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(a => a.Count(), (bidder, window, count) => (Bidder: bidder, Count: count, Window: window))
            .To(results, (row, text) => text.Add(row.Bidder).Add(row.Count).Add(row.Window.StartMs).Add(row.Window.EndMs));
}
