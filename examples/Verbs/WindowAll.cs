using Dataflow;

namespace Verbs;

/// <summary>A window without keys: one result for all records.</summary>
internal static class WindowAllExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("window-all");
        var orders = pipeline.From(Source.Of<Order>([new(1, "ada", "tea", 1), new(4, "bob", "cups", 2), new(7, "ada", "tea", 4)]))
            .WithEventTime(order => order.Time);

        orders.Window(Tumbling.Every(TimeSpan.FromMinutes(5)))
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (window, pieces) => $"{window.Start:HH:mm} all: {pieces} pieces")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
