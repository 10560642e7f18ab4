namespace Dataflow.Perf.Nexmark;

/// <summary>Sessions of each bidder: how many bids without a pause of more than 10 s.</summary>
internal static class Q11
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .WithEventTime()
            .Bids()
            .KeyBy(bid => bid.Bidder)
            .Window(Session.WithGap(TimeSpan.FromSeconds(10)))
            .Aggregate(a => a.Count(), (bidder, session, count) => (Bidder: bidder, Count: count, Session: session))
            .To(results, (row, text) => text.Add(row.Bidder).Add(row.Count).Add(row.Session.StartMs).Add(row.Session.EndMs));
}
