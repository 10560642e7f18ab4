using Dataflow;

namespace Verbs;

/// <summary>Each row with the row of another table that it names.</summary>
internal static class JoinByForeignKeyExample
{
    public static async Task RunAsync()
    {
        Order[] someOrders = [new(0, "ada", "tea", 2), new(1, "bob", "rum", 1)];
        Item[] someItems = [new("tea", "left"), new("tea", "right")];
        var pipeline = new Pipeline("join-by-foreign-key");
        var orders = pipeline.Table(Source.Of(someOrders, "orders"), order => order.Customer);
        var items = pipeline.Table(Source.Of(someItems, "items").OneByOne(), item => item.Name);

        orders.Join(items, order => order.Item, (order, item) => $"{order.Pieces} {item.Name} from {item.Shelf}")
            .PrintChanges("inner");
        orders.LeftJoin(items, order => order.Item, (order, item) => $"left join: {order.Item} from {item?.Shelf ?? "nowhere"}")
            .PrintChanges("left");

        await pipeline.RunInMemoryAsync();
    }
}
