namespace Dataflow.Perf.Nexmark;

/// <summary>The canonical text of an event, by which generators are compared.</summary>
internal static class EventText
{
    extension(RowSum row)
    {
        public RowSum Add(Event @event) => @event switch
        {
            Person person => row.Add("P").Add(person.Id).Add(person.Name).Add(person.Email).Add(person.Card).Add(person.City)
                .Add(person.State).Add(person.DateTime).Add(person.Extra),
            Auction auction => row.Add("A").Add(auction),
            Bid bid => row.Add("B").Add(bid),
            _ => throw new ArgumentException($"There is no text for a {@event.GetType().Name}.", nameof(@event)),
        };

        /// <summary>All columns of an auction.</summary>
        public RowSum Add(Auction auction)
            => row.Add(auction.Id).Add(auction.ItemName).Add(auction.Description).Add(auction.InitialBid).Add(auction.Reserve)
                .Add(auction.DateTime).Add(auction.Expires).Add(auction.Seller).Add(auction.Category).Add(auction.Extra);

        /// <summary>All columns of a bid.</summary>
        public RowSum Add(Bid bid)
            => row.Add(bid.Auction).Add(bid.Bidder).Add(bid.Price).Add(bid.Channel).Add(bid.Url).Add(bid.DateTime).Add(bid.Extra);
    }
}
