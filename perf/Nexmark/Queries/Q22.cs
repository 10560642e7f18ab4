namespace Dataflow.Perf.Nexmark;

/// <summary>Every bid with the directories of its url.</summary>
internal static class Q22
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Select(bid => (Bid: bid, Parts: Directories(bid.Url)))
            .To(results, (row, text) => text.Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Bid.Price).Add(row.Bid.Channel)
                .Add(row.Parts.First).Add(row.Parts.Second).Add(row.Parts.Third));

    /// <summary>The parts behind the third slash.</summary>
    private static (Utf8 First, Utf8 Second, Utf8 Third) Directories(Utf8 url)
    {
        for (var slash = 0; slash < 3; slash++) url = Behind(url);
        var (second, third) = (Behind(url), Behind(Behind(url)));
        return (Before(url), Before(second), Before(third));
    }

    private static Utf8 Before(Utf8 text) => text[..text.IndexOf("/"u8)];

    private static Utf8 Behind(Utf8 text) => text[(text.IndexOf("/"u8) + 1)..];
}
