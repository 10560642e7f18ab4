using Dataflow;

namespace Verbs;

/// <summary>The time in the records, and how much disorder to wait for.</summary>
internal static class WithEventTimeExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(6, "bob", "tea", 2), new(4, "eve", "tea", 4), new(9, "ada", "tea", 8)];
        var pipeline = new Pipeline("with-event-time");
        pipeline.From(Source.Of(input).OneByOne())
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(2))
            .Window(Tumbling.Every(TimeSpan.FromMinutes(5)))
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (window, pieces) => $"from {window.Start:HH:mm}: {pieces} pieces")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
