using Dataflow;

namespace Verbs;

/// <summary>Records that are on disk when the program goes on, and results as the job commits them.</summary>
internal static class ReadAsyncExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        var (orders, large) = (Topic.Of<Order>("orders", partitions: 1), Topic.Of<Order>("large", partitions: 1));
        var pipeline = new Pipeline("read-async");
        pipeline.From(orders).Where(order => order.Pieces > 1).To(large);
        await using var job = await pipeline.StartAsync(
            new JobOptions { Log = log, CheckpointInterval = TimeSpan.FromMilliseconds(50) });

        await using (var writer = await log.OpenWriterAsync<string, Order>(orders))
        {
            await writer.WriteAsync("ada", new Order(0, "ada", "tea", 2)); // on disk when it returns
            await writer.WriteAsync("bob", new Order(1, "bob", "cups", 1));
            await writer.WriteAsync("eve", new Order(2, "eve", "tea", 4));
        }

        await foreach (var order in job.ReadAsync(large))
        {
            Console.WriteLine($"{order.Customer}: {order.Pieces}");
            if (order.Customer == "eve") break;
        }

        await job.StopAsync();
    }
}
