using Dataflow;

namespace Verbs;

/// <summary>The hour so far, every twenty minutes.</summary>
internal static class CumulatingExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(5, "ada", "tea", 1), new(25, "bob", "tea", 2), new(45, "eve", "tea", 4), new(65, "ada", "tea", 8)];
        var pipeline = new Pipeline("cumulating");
        var orders = pipeline.From(Source.Of(input)).WithEventTime(order => order.Time).KeyBy(order => order.Item);

        orders.Window(Cumulating.Of(size: TimeSpan.FromHours(1), every: TimeSpan.FromMinutes(20)))
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (item, window, pieces) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {pieces} pieces")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
