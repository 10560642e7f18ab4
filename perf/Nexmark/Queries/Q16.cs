namespace Dataflow.Perf.Nexmark;

/// <summary>As <see cref="Q15"/> for each channel and day, with the latest minute.</summary>
internal static class Q16
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .KeyBy(bid => (bid.Channel, Day: Days.Of(bid.DateTime)))
            .Aggregate(
                a => (
                    a.Max(bid => bid.DateTime),
                    a.Count(),
                    a.Count(Bands.IsLow),
                    a.Count(Bands.IsMiddle),
                    a.Count(Bands.IsHigh),
                    a.CountDistinct(bid => bid.Bidder, Bands.Any, Bands.IsLow, Bands.IsMiddle, Bands.IsHigh),
                    a.CountDistinct(bid => bid.Auction, Bands.Any, Bands.IsLow, Bands.IsMiddle, Bands.IsHigh)),
                (key, latest, bids, low, middle, high, bidders, auctions) => (
                    key.Channel, Day: Days.Text(key.Day), Minute: Days.Minute(latest),
                    Bids: (long[])[bids, low, middle, high], Bidders: bidders, Auctions: auctions))
            .To(results, (row, text) => text
                .Add(row.Channel).Add(row.Day).Add(row.Minute).Add(row.Bids).Add(row.Bidders).Add(row.Auctions));
}
