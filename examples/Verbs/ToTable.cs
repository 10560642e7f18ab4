using Dataflow;

namespace Verbs;

/// <summary>A stream as a table, by arrival and by time, and back.</summary>
internal static class ToTableExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(5, "ada", "tea", 1), new(3, "ada", "cups", 2), new(9, "bob", "tea", 4)];
        var pipeline = new Pipeline("to-table");
        var orders = pipeline.From(Source.Of(input).OneByOne())
            .KeyBy(order => order.Customer);

        orders.Select(order => order.Item).ToTable("by-arrival").PrintChanges("by-arrival");
        orders.LatestBy(order => order.Time, "by-time").Select(order => $"{order.Item} (by time)").PrintChanges("by-time");

        await pipeline.RunInMemoryAsync();
    }
}
