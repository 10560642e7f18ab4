namespace Dataflow.Perf.Nexmark;

/// <summary>Windows of 10 s: persons who registered and opened an auction in the same window.</summary>
internal static class Q8
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .WithEventTime()
            .Where(e => e is not Bid)
            .KeyBy(e => e is Auction auction ? auction.Seller : ((Person)e).Id)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(
                a => (a.Max(e => e is Person person ? person.Name : default), a.Count(e => e is Auction)),
                (id, window, name, auctions) => (Id: id, Name: name, Auctions: auctions, window.StartMs))
            .Where(row => !row.Name.IsEmpty && row.Auctions > 0)
            .To(results, (row, text) => text.Add(row.Id).Add(row.Name).Add(row.StartMs));
}
