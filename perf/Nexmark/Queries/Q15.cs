namespace Dataflow.Perf.Nexmark;

/// <summary>Each day so far: bids, bidders and auctions, in all and by bands of price.</summary>
internal static class Q15
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .KeyBy(bid => Days.Of(bid.DateTime))
            .Aggregate(
                a => (
                    a.Count(),
                    a.Count(Bands.IsLow),
                    a.Count(Bands.IsMiddle),
                    a.Count(Bands.IsHigh),
                    a.CountDistinct(bid => bid.Bidder, Bands.Any, Bands.IsLow, Bands.IsMiddle, Bands.IsHigh),
                    a.CountDistinct(bid => bid.Auction, Bands.Any, Bands.IsLow, Bands.IsMiddle, Bands.IsHigh)),
                (day, bids, low, middle, high, bidders, auctions)
                    => (Day: Days.Text(day), Bids: (long[])[bids, low, middle, high], Bidders: bidders, Auctions: auctions))
            .To(results, (row, text) => text.Add(row.Day).Add(row.Bids).Add(row.Bidders).Add(row.Auctions));
}
