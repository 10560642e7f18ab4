using System.Text;

namespace Dataflow.Perf.Nexmark;

/// <summary>Bids with the id of their channel: known ones by name, others out of the url; bids without are dropped.</summary>
internal static class Q21
{
    private static readonly Utf8[] Known = ["0", "1", "2", "3"];

    private static ReadOnlySpan<byte> Marker => "&channel_id="u8;

    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => house.In(pipeline)
            .Bids()
            .Select(bid => (Bid: bid, ChannelId: ChannelId(bid)))
            .Where(row => row.ChannelId is not null)
            .To(results, (row, text) => text
                .Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Bid.Price).Add(row.Bid.Channel).Add(row.ChannelId!.Value));

    private static Utf8? ChannelId(Bid bid)
    {
        var channel = bid.Channel.Span;
        if (Ascii.EqualsIgnoreCase(channel, "apple"u8)) return Known[0];
        if (Ascii.EqualsIgnoreCase(channel, "google"u8)) return Known[1];
        if (Ascii.EqualsIgnoreCase(channel, "facebook"u8)) return Known[2];
        return Ascii.EqualsIgnoreCase(channel, "baidu"u8) ? Known[3] : IdIn(bid.Url);
    }

    private static Utf8? IdIn(Utf8 url)
    {
        var at = url.IndexOf(Marker);
        if (at < 0) return null;
        var rest = url[(at + Marker.Length)..];
        var end = rest.IndexOf("&"u8);
        return end < 0 ? rest : rest[..end];
    }
}
