using Dataflow;

namespace Verbs;

/// <summary>Counts by key and window; what comes too late goes its own way.</summary>
internal static class WindowExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(1, "ada", "tea", 1), new(4, "bob", "tea", 2), new(7, "ada", "tea", 4), new(3, "bob", "tea", 8)];
        var pipeline = new Pipeline("window");
        var orders = pipeline.From(Source.Of(input).OneByOne()).WithEventTime(order => order.Time).KeyBy(order => order.Item);

        var counts = orders.Window(Tumbling.Every(TimeSpan.FromMinutes(5)), out var late)
            .Aggregate(
                a => a.Sum(order => order.Pieces),
                (item, window, pieces) => $"{window.Start:HH:mm} {item}: {pieces} pieces");

        counts.To(Sink.Console<string>());
        late.To(Sink.Console<Order>(order => $"late: {order.Customer} at {order.Time:HH:mm}", "late"));

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("window").Late} late");
    }
}
