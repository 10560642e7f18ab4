using Dataflow;
using Dataflow.Features;

namespace Verbs;

/// <summary>A view's features as a stream, for stores that others read.</summary>
internal static class UpdatesExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        await using var writer = await log.OpenWriterAsync<string, Order>(Topic.Of<Order>("orders"));
        await writer.WriteAsync("ada", new Order(0, "ada", "tea", 2));

        var pipeline = new Pipeline("updates");
        var store = Sink.Memory<string>();
        var customers = pipeline.From(Topic.Of<Order>("orders"))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer)
            .FeatureView("customers", v => v.Last("item", order => order.Item));
        customers.Updates().Pairs.Select(update => $"{update.Key}: {update.Value["item"].As<string>()}").To(store);

        var options = new JobOptions { Log = log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(20) };
        await using var job = await pipeline.StartAsync(options);
        while (store.Committed.Count < 1) await Task.Delay(1);
        customers.UpdateAll(); // the store has lost what it held, say
        while (store.Committed.Count < 2) await Task.Delay(1);
        Console.WriteLine(string.Join(", ", store.Committed));
    }
}
