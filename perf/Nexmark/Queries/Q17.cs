namespace Dataflow.Perf.Nexmark;

/// <summary>Each auction and day so far: how many bids, in all and by bands of price, and their prices.</summary>
internal static class Q17
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .KeyBy(bid => (bid.Auction, Day: Days.Of(bid.DateTime)))
            .Aggregate(
                a => (
                    a.Count(),
                    a.Count(Bands.IsLow),
                    a.Count(Bands.IsMiddle),
                    a.Count(Bands.IsHigh),
                    a.Min(bid => bid.Price),
                    a.Max(bid => bid.Price),
                    a.Sum(bid => bid.Price)),
                (key, bids, low, middle, high, least, largest, sum) => (
                    Key: key, Bids: bids, Low: low, Middle: middle, High: high, Least: least, Largest: largest, Sum: sum))
            .To(results, (row, text) => text.Add(row.Key.Auction).Add(Days.Text(row.Key.Day))
                .Add(row.Bids).Add(row.Low).Add(row.Middle).Add(row.High)
                .Add(row.Least).Add(row.Largest).Add(row.Sum / row.Bids).Add(row.Sum));
}
