namespace Dataflow.Perf.Nexmark;

/// <summary>Bids with the id of their channel: known ones by name, others out of the url; bids without are dropped.</summary>
internal static class Q21
{
    private const string Marker = "&channel_id=";

    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Select(bid => (Bid: bid, ChannelId: ChannelId(bid)))
            .Where(row => row.ChannelId is not null)
            .To(results, (row, text) => text
                .Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Bid.Price).Add(row.Bid.Channel).Add(row.ChannelId));

    private static string? ChannelId(Bid bid) => bid.Channel.ToLowerInvariant() switch
    {
        "apple" => "0",
        "google" => "1",
        "facebook" => "2",
        "baidu" => "3",
        _ => IdIn(bid.Url),
    };

    private static string? IdIn(string url)
    {
        var at = url.IndexOf(Marker, StringComparison.Ordinal);
        if (at < 0) return null;
        var rest = url[(at + Marker.Length)..];
        var end = rest.IndexOf('&', StringComparison.Ordinal);
        return end < 0 ? rest : rest[..end];
    }
}
