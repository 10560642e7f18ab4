using Dataflow;

namespace Verbs;

/// <summary>Input in no order, put in order by its source.</summary>
internal static class OrderByExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(20, "ada", "tea", 1), new(0, "bob", "tea", 2), new(10, "eve", "tea", 4)];
        var pipeline = new Pipeline("order-by");
        pipeline.From(Source.Of(input).OrderBy(order => order.Time))
            .WithEventTime(order => order.Time)
            .To(Sink.Console<Order>(order => $"{order.Time:HH:mm} {order.Customer}"));

        await pipeline.RunInMemoryAsync();
    }
}
