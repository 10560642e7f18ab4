namespace Dataflow.Perf.Nexmark;

/// <summary>The average price that each seller got for the last ten auctions that were won.</summary>
internal static class Q6
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => Winners.Of(pipeline, house)
            .GroupBy(winner => winner.Seller)
            .Aggregate(
                a => a.Top(10, winner => (winner.Expires, winner.Auction)),
                (seller, last) => (Seller: seller, Average: last.Sum(winner => winner.Price) / last.Count))
            .To(results, (row, text) => text.Add(row.Seller).Add(row.Average));
}
