namespace Dataflow.Perf.Nexmark;

/// <summary>Bids with the auctions of category 10 that they are for, whichever comes first.</summary>
internal static class Q20
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
    {
        var events = house.In(pipeline);
        var auctions = events.Auctions().Where(auction => auction.Category == 10).KeyBy(auction => auction.Id);
        events.Bids().KeyBy(bid => bid.Auction)
            .Join(auctions, (bid, auction) => (Bid: bid, Auction: auction))
            .To(results, (row, text) => text.Add(row.Bid)
                .Add(row.Auction.ItemName).Add(row.Auction.Description).Add(row.Auction.InitialBid).Add(row.Auction.Reserve)
                .Add(row.Auction.DateTime).Add(row.Auction.Expires).Add(row.Auction.Seller).Add(row.Auction.Category)
                .Add(row.Auction.Extra));
    }
}
