namespace Dataflow.Perf.Nexmark;

/// <summary>Bids of some worth in another currency, with the time of day and how many letters c they contain.</summary>
internal static class Q14
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Select(bid => (Bid: bid, Price: bid.Price * 908))
            .Where(row => row.Price is > 1_000_000_000 and < 50_000_000_000)
            .Select(row => (row.Bid, row.Price, Label: TimeOfDay(row.Bid.DateTime), Count: row.Bid.Extra.Span.Count((byte)'c')))
            .To(results, (row, text) => text.Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Price).Add(row.Label)
                .Add(row.Bid.DateTime).Add(row.Bid.Extra).Add(row.Count));

    private static string TimeOfDay(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).Hour switch
    {
        >= 8 and <= 18 => "dayTime",
        <= 6 or >= 20 => "nightTime",
        _ => "otherTime",
    };
}
