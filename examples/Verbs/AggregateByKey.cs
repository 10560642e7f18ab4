using Dataflow;

namespace Verbs;

/// <summary>Aggregates of all records of a key so far: a table.</summary>
internal static class AggregateByKeyExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(1, "ada", "tea", 1), new(2, "bob", "cups", 4), new(3, "ada", "tea", 2)];
        var pipeline = new Pipeline("aggregate-by-key");
        var orders = pipeline.From(Source.Of(input).OneByOne()).KeyBy(order => order.Customer);

        orders.Aggregate(
                a => (a.Count(), a.Sum(order => order.Pieces)),
                (customer, orders, pieces) => $"{pieces} pieces in {orders} orders")
            .PrintChanges();

        await pipeline.RunInMemoryAsync();
    }
}
