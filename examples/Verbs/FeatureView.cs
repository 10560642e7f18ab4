using Dataflow;
using Dataflow.Features;

namespace Verbs;

/// <summary>Features of customers, read from a running job.</summary>
internal static class FeatureViewExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        await using var writer = await log.OpenWriterAsync<string, Order>(Topic.Of<Order>("orders"));
        await writer.WriteAsync("ada", new Order(0, "ada", "tea", 2));
        await writer.WriteAsync("ada", new Order(50, "ada", "cups", 4));

        var pipeline = new Pipeline("feature-view");
        var customers = pipeline.From(Topic.Of<Order>("orders")) // goes on for ever
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer)
            .FeatureView("customers", v =>
            {
                v.Aggregate("pieces", a => a.Sum(order => order.Pieces), [TimeSpan.FromHours(1), TimeSpan.FromHours(6)], defaultValue: 0);
                v.Last("item", order => order.Item);
            });
        var advice = FeatureService.Of<string>("advice", s => s.From(customers, customer => customer)).Serve();

        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 });
        var reader = job.Read(advice);
        while (reader.Read("ada", at: Shop.At(90))["item"].EventTime != Shop.At(50)) await Task.Delay(1);
        foreach (var customer in new[] { "ada", "bob" })
        {
            var answer = reader.Read(customer, at: Shop.At(90));
            foreach (var name in answer.Names) Console.WriteLine($"{customer} {name}: {answer[name]}");
        }
    }
}
