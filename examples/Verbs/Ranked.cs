using Dataflow;

namespace Verbs;

/// <summary>The few with the greatest and least, the first, the last, and all up to a limit.</summary>
internal static class RankedExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("ranked");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 1), new(1, "bob", "cups", 4), new(2, "eve", "tea", 2)]))
            .Window(Global.Window)
            .Aggregate(
                a => (a.Top(2, order => order.Pieces), a.Bottom(1, order => order.Pieces),
                    a.First(order => order.Customer), a.Last(order => order.Customer),
                    a.Last(2, order => order.Customer), a.Collect(limit: 2, order => order.Item)),
                (_, top, bottom, first, last, lastTwo, items) =>
                    $"most: {top[0].Customer}, {top[1].Customer}; least: {bottom[0].Customer}; first {first}, last {last}; "
                    + $"last two: {string.Join(", ", lastTwo)}; {string.Join(", ", items.Values)} and {items.Dropped} more")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
