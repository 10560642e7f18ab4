using Dataflow;

namespace Verbs;

/// <summary>Emits early results every five minutes of event time, each with the records since the last one.</summary>
internal static class TriggerEarlyEveryExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(1, "ada", "tea", 1), new(6, "bob", "tea", 2), new(8, "ada", "tea", 4), new(61, "eve", "tea", 8)];
        var pipeline = new Pipeline("trigger-early-every");
        var orders = pipeline.From(Source.Of(input).OneByOne()).WithEventTime(order => order.Time).KeyBy(order => order.Item);

        orders.Window(
                Tumbling.Every(TimeSpan.FromHours(1)),
                trigger: new Trigger { EarlyEvery = TimeSpan.FromMinutes(5), Discards = true })
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (item, window, pieces) => $"{window.Start:HH:mm} {item}: {pieces} more, {window.Firing}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
