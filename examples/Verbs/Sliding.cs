using Dataflow;

namespace Verbs;

/// <summary>For each record, the ten minutes before it.</summary>
internal static class SlidingExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(8, "ada", "tea", 2), new(5, "ada", "tea", 4), new(12, "ada", "tea", 8)];
        var pipeline = new Pipeline("sliding");
        var orders = pipeline.From(Source.Of(input))
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(5))
            .KeyBy(order => order.Customer);

        orders.Window(Sliding.Over(TimeSpan.FromMinutes(10)))
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (customer, window, pieces) => $"{window.End:HH:mm} {pieces} pieces in ten minutes")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
