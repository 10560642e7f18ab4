namespace Dataflow.Perf.Nexmark;

/// <summary>Who sells things of category 10 in three states, whichever comes first, person or auction.</summary>
internal static class Q3
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
    {
        var events = house.In(pipeline);
        // What is not asked for need not be kept for ever.
        var persons = events.Persons().Where(person => person.State == "OR"u8 || person.State == "ID"u8 || person.State == "CA"u8)
            .Select(person => (person.Id, person.Name, person.City, person.State)).KeyBy(person => person.Id);
        events.Auctions().Where(auction => auction.Category == 10)
            .Select(auction => (auction.Id, auction.Seller)).KeyBy(auction => auction.Seller)
            .Join(persons, (auction, person) => (Auction: auction.Id, Person: person))
            .To(results, (row, text) => text
                .Add(row.Person.Name).Add(row.Person.City).Add(row.Person.State).Add(row.Auction));
    }
}
