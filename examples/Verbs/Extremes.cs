using Dataflow;

namespace Verbs;

/// <summary>The least and the greatest, and what has them.</summary>
internal static class ExtremesExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("extremes");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 1), new(1, "bob", "cups", 4), new(2, "eve", "tea", 4)]))
            .Window(Global.Window)
            .Aggregate(
                a => (a.Min(order => order.Pieces), a.Max(order => order.Pieces),
                    a.MinBy(order => order.Pieces), a.MaxBy(order => order.Pieces),
                    a.AllMinBy(order => order.Pieces), a.AllMaxBy(order => order.Pieces)),
                (_, least, greatest, smallest, largest, allSmallest, allLargest) =>
                    $"from {least} ({smallest.Customer}, {allSmallest.Count}) to {greatest} ({largest.Customer}, {allLargest.Count})")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
