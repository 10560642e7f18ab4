using Dataflow;

namespace Verbs;

/// <summary>Two tables of one key.</summary>
internal static class JoinTablesExample
{
    public static async Task RunAsync()
    {
        Item[] someItems = [new("tea", "left"), new("cups", "right")];
        Price[] somePrices = [new(0, "tea", 4), new(0, "rum", 9), new(9, "tea", 5)];
        var pipeline = new Pipeline("join-tables");
        var shelves = pipeline.Table(Source.Of(someItems, "shelves"), item => item.Name);
        var prices = pipeline.Table(Source.Of(somePrices, "prices").OneByOne(), price => price.Item);

        shelves.Join(prices, (item, price) => $"{item.Shelf}, {price.Euro} euro")
            .PrintChanges("inner");
        shelves.LeftJoin(prices, (item, price) => $"left join: {item.Shelf}, {price?.Euro ?? 0} euro")
            .PrintChanges("left");
        shelves.OuterJoin(prices, (item, price) => $"outer join: {item?.Shelf ?? "none"}, {price?.Euro ?? 0} euro")
            .PrintChanges("outer");

        await pipeline.RunInMemoryAsync();
    }
}
