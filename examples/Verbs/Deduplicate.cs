using Dataflow;

namespace Verbs;

/// <summary>The first record of each key passes.</summary>
internal static class DeduplicateExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(3, "ada", "tea", 2), new(5, "bob", "tea", 4), new(30, "ada", "tea", 8)];
        var pipeline = new Pipeline("deduplicate");
        var orders = pipeline.From(Source.Of(input))
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(2))
            .KeyBy(order => order.Customer);

        orders.Deduplicate(within: TimeSpan.FromMinutes(10))
            .To(Sink.Console<Order>(order => $"{order.Time:HH:mm} {order.Customer}"));

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("deduplicate").Filtered} filtered");
    }
}
