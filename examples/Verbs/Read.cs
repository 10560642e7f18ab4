using Dataflow;

namespace Verbs;

/// <summary>Rows of a running job, read from outside.</summary>
internal static class ReadExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        await using var writer = await log.OpenWriterAsync<string, Order>(Topic.Of<Order>("orders"));
        await writer.WriteAsync("ada", new Order(0, "ada", "tea", 2));
        await writer.WriteAsync("ada", new Order(1, "ada", "cups", 4));

        var pipeline = new Pipeline("read");
        var pieces = pipeline.From(Topic.Of<Order>("orders")) // goes on for ever
            .KeyBy(order => order.Customer)
            .Aggregate(a => a.Sum(order => order.Pieces), (_, sum) => sum, "pieces");
        pieces.To(Topic.Of<long>("pieces"));

        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 });
        while (job.Status.RecordsRead < 2) await Task.Delay(1);
        var reader = job.Read(pieces);
        var ada = await reader.GetAsync("ada");
        var bob = await reader.GetAsync("bob");
        Console.WriteLine($"ada: {ada.Row}; bob has a row: {bob.Exists}; all rows: {(await reader.GetAllAsync()).Count}");
    }
}
