using Dataflow;

namespace Verbs;

/// <summary>Each order with the price of its time.</summary>
internal static class JoinAsOfExample
{
    public static async Task RunAsync()
    {
        Order[] someOrders = [new(5, "ada", "tea", 2), new(12, "bob", "tea", 1), new(13, "eve", "cups", 1)];
        Price[] somePrices = [new(0, "tea", 4), new(10, "tea", 5), new(20, "cups", 3)];
        var pipeline = new Pipeline("join-as-of");
        var orders = pipeline.From(Source.Of(someOrders, "orders"))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Item);
        var prices = pipeline.From(Source.Of(somePrices, "prices"))
            .WithEventTime(price => price.Time)
            .KeyBy(price => price.Item);

        orders.JoinAsOf(prices, (order, price) => $"{order.Customer}: {order.Item} at {price.Euro}", name: "inner")
            .To(Sink.Console<string>(name: "inner"));
        orders.LeftJoinAsOf(
                prices, (order, price) => $"left: {order.Item} at {price?.Euro.ToString() ?? "no price"}",
                tolerance: TimeSpan.FromMinutes(4), name: "left")
            .To(Sink.Console<string>(name: "left"));

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("inner").Unmatched} without a price");
    }
}
