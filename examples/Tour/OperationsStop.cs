using Dataflow;

namespace Tour;

/// <summary>A job that gives no results, why that is, and how it is brought to its end.</summary>
internal static class OperationsStop
{
    public static async Task RunAsync()
    {
        await using var log = Shop.OpenLog();
        await using (var writer = await log.OpenWriterAsync<string, Order>(Topic.Of<Order>("orders", partitions: 1)))
        {
            foreach (var order in Shop.Orders) await writer.WriteAsync(order.Item, order);
        }

        var pipeline = new Pipeline("operations");
        var pieces = pipeline.From(Topic.Of<Order>("orders")) // goes on for ever
            .WithEventTime(order => order.Time, idleAfter: TimeSpan.FromHours(1))
            .KeyBy(order => order.Item)
            .Window(Tumbling.Every(TimeSpan.FromHours(1)))
            .Aggregate(a => a.Sum(order => order.Pieces), (item, hour, sum) => $"{hour.Start:HH:mm} {item}: {sum} pieces");
        pieces.To(Sink.Console<string>());
        Console.WriteLine(pipeline.Explain());

        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 });
        while (job.Status.RecordsRead < Shop.Orders.Count) await Task.Delay(10);
        await Task.Delay(100);
        Console.WriteLine(job.Diagnose());

        await job.DrainAsync(); // closes all windows
        Console.WriteLine(job.State);

        await pipeline.ForgetAsync(new JobOptions { Log = log }); // its checkpoints and state: the next start reads all again
        await using var again = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 });
        Console.WriteLine($"started again from checkpoint {again.StartedFrom}");
    }
}
