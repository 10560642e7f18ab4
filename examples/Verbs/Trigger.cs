using Dataflow;

namespace Verbs;

/// <summary>Results before a window ends, and after.</summary>
internal static class TriggerExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(1, "ada", "tea", 1), new(2, "bob", "tea", 2), new(11, "ada", "tea", 4), new(4, "eve", "tea", 8)];
        var pipeline = new Pipeline("trigger");
        var orders = pipeline.From(Source.Of(input).OneByOne()).WithEventTime(order => order.Time).KeyBy(order => order.Item);

        orders.Window(
                Tumbling.Every(TimeSpan.FromMinutes(10)),
                trigger: new Trigger { EarlyRecords = 2, AllowedLateness = TimeSpan.FromMinutes(30) })
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (item, window, pieces) => $"{window.Start:HH:mm} {item}: {pieces} pieces, {window.Firing}, result {window.FiringIndex}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
