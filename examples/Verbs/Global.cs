using Dataflow;

namespace Verbs;

/// <summary>One window for each key, until the input ends.</summary>
internal static class GlobalExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("global");
        var orders = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 1), new(8, "bob", "tea", 2), new(5, "ada", "cups", 4)]))
            .KeyBy(order => order.Customer);

        orders.Window(Global.Window)
            .Aggregate(a => a.Sum(order => order.Pieces), (customer, _, pieces) => $"{customer}: {pieces} pieces")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
