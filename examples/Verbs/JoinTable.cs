using Dataflow;

namespace Verbs;

/// <summary>Each record with the row of its key at that moment.</summary>
internal static class JoinTableExample
{
    public static async Task RunAsync()
    {
        Item[] input = [new("tea", "left"), new("cups", "right")];
        var pipeline = new Pipeline("join-table");
        var items = pipeline.Table(Source.Of(input, "items"), item => item.Name);
        var orders = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "rum", 1), new(2, "eve", "cups", 4)]))
            .KeyBy(order => order.Item);

        orders.Join(items, (order, item) => $"{order.Pieces} {item.Name} for {order.Customer}, from the shelf {item.Shelf}")
            .To(Sink.Console<string>());
        orders.LeftJoin(items, (order, item) => $"left join: {order.Item} from {item?.Shelf ?? "nowhere"}")
            .To(Sink.Console<string>(name: "left"));

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("join").Unmatched} without a row");
    }
}
