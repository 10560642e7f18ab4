using Dataflow;

namespace Verbs;

/// <summary>The two largest orders of each item.</summary>
internal static class TopNExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(1, "bob", "tea", 4), new(2, "eve", "tea", 2)];
        var pipeline = new Pipeline("top-n");
        var orders = pipeline.From(Source.Of(input).OneByOne()).KeyBy(order => order.Item);

        orders.TopN(2, order => order.Pieces)
            .Select(orders => string.Join(", ", orders.Select(order => order.Customer)))
            .PrintChanges();

        await pipeline.RunInMemoryAsync();
    }
}
