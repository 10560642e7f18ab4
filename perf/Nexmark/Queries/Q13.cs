using System.Globalization;

namespace Dataflow.Perf.Nexmark;

/// <summary>Joins every bid with a side table that is read before.</summary>
internal static class Q13
{
    private const int Keys = 10_000;

    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
    {
        var side = pipeline.Table(Source.Of(Rows(), "side"), row => row.Key);
        house.In(pipeline)
            .Bids()
            .KeyBy(bid => bid.Auction % Keys)
            .Join(side, (bid, row) => (Bid: bid, row.Value))
            .To(results, (row, text) => text
                .Add(row.Bid.Auction).Add(row.Bid.Bidder).Add(row.Bid.Price).Add(row.Bid.DateTime).Add(row.Value));
    }

    private static IEnumerable<SideRow> Rows()
        => Enumerable.Range(0, Keys)
            .Select(key => new SideRow(key, string.Create(CultureInfo.InvariantCulture, $"v{key * 7919L % Keys}")));
}

/// <summary>A row of the side table.</summary>
public sealed record SideRow(long Key, string Value);
