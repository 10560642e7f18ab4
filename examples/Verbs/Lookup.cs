using Dataflow;

namespace Verbs;

/// <summary>Rows that are asked for elsewhere, once for each key.</summary>
internal static class LookupExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(1, "bob", "rum", 4), new(2, "eve", "tea", 1)];
        var pipeline = new Pipeline("lookup");
        var orders = pipeline.From(Source.Of(input));

        orders.Lookup(order => order.Item, FindAsync, (order, item) => $"{order.Customer}: {item.Name} from the shelf {item.Shelf}")
            .To(Sink.Console<string>(name: "inner"));
        orders.KeyBy(order => order.Item)
            .LeftLookup(
                FindAsync, (order, item) => $"left: {order.Customer}, {item?.Shelf ?? "no shelf"}",
                new() { TimeToLive = TimeSpan.FromMinutes(5) }, "left")
            .To(Sink.Console<string>(name: "left"));

        var inner = (await pipeline.RunInMemoryAsync()).Of("lookup");
        Console.WriteLine($"{inner.Calls} calls, {inner.Reused} reused, {inner.Unmatched} without a row");
    }

    private static Task<Item?> FindAsync(string name, CancellationToken cancellationToken)
        => Task.FromResult(name == "tea" ? new Item("tea", "left") : null);
}
