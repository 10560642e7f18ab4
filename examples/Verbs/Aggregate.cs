using Dataflow;

namespace Verbs;

/// <summary>Several aggregates of a window in one pass.</summary>
internal static class AggregateExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("aggregate");
        var orders = pipeline.From(Source.Of<Order>([new(1, "ada", "tea", 1), new(2, "bob", "cups", 4), new(3, "eve", "tea", 2)]))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Item);

        orders.Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
            .Aggregate(
                a => (a.Count(), a.Sum(order => order.Pieces), a.MaxBy(order => order.Pieces)),
                (item, window, count, pieces, largest) =>
                    $"{window.Start:HH:mm} {item}: {count} orders, {pieces} pieces, most for {largest.Customer}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
