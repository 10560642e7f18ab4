using Dataflow;

namespace Verbs;

/// <summary>Lists by number, by cost and by event time.</summary>
internal static class BatchExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(1, "bob", "tea", 4), new(2, "eve", "cups", 9), new(60, "ada", "tea", 1)];
        var pipeline = new Pipeline("batch");
        var orders = pipeline.From(Source.Of(input).OneByOne())
            .WithEventTime(order => order.Time);

        orders.Batch(3).Select(list => $"by three: {string.Join(", ", list.Select(order => order.Customer))}")
            .To(Sink.Console<string>(name: "count"));
        orders.Batch(100, cost: order => order.Pieces, maxCost: 10, name: "cost")
            .Select(list => $"ten pieces: {string.Join(", ", list.Select(order => order.Pieces))}")
            .To(Sink.Console<string>(name: "cost"));
        orders.KeyBy(order => order.Item).Batch(100, withinEventTime: TimeSpan.FromMinutes(10), name: "time")
            .Select(list => $"in ten minutes: {string.Join(", ", list.Select(order => order.Item))}")
            .To(Sink.Console<string>(name: "time"));

        await pipeline.RunInMemoryAsync();
    }
}
