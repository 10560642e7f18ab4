using Dataflow;

namespace Verbs;

/// <summary>Counts all orders, those that meet a condition, and distinct values.</summary>
internal static class CountsExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("counts");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 1), new(1, "bob", "cups", 4), new(2, "ada", "tea", 2)]))
            .Window(Global.Window)
            .Aggregate(
                a => (a.Count(), a.Count(order => order.Pieces > 1), a.CountDistinct(order => order.Customer),
                    a.CountDistinct(order => order.Item, order => order.Pieces > 1, order => order.Pieces > 3),
                    a.ApproximateCountDistinct(order => order.Customer)),
                (_, orders, large, customers, items, about) =>
                    $"{orders} orders, {large} of several pieces; {customers} customers, about {about}; "
                    + $"items of which several were bought, and many: {string.Join(", ", items)}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
