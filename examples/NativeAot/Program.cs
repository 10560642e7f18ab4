// A program compiled ahead of time, without reflection: each type that is written anywhere has [DataflowRecord].
using System.Diagnostics;
using Dataflow;
using Dataflow.Log;

await using PartitionedLog log = LogStore.Open(Directory.CreateTempSubdirectory("native-").FullName);

var orders = new Pipeline("orders");
orders.From(Source.Of(Orders.Some(2_000))).To(Topic.Of<Order>("orders"));
await using (var job = await orders.StartAsync(new JobOptions { Log = log }))
{
    var sinceStart = DateTime.Now - Process.GetCurrentProcess().StartTime;
    Console.WriteLine($"started within {sinceStart.TotalMilliseconds:0} ms");
    await job.Completion;
}

var pipeline = new Pipeline("sales");
pipeline.From(Topic.Of<Order>("orders").StopAtEnd())
    .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromSeconds(2))
    .KeyBy(order => order.Country)
    .Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
    .Aggregate(
        a => (a.Count(), a.Sum(order => order.Total), a.CountDistinct(order => order.Customer)),
        (country, window, count, sum, customers) => new Sales(country, window.Start, count, sum, customers))
    .To(Topic.Of<Sales>("sales"));
await pipeline.RunAsync(new JobOptions { Log = log });

foreach (var sales in Topic.Of<Sales>("sales").ReadAll(log))
    Console.WriteLine($"{sales.Country} {sales.Minute:HH:mm}: {sales.Orders} orders of {sales.Customers} customers, {sales.Total:0.00}");

[DataflowRecord]
public sealed record Order(DateTimeOffset Time, string Country, string Customer, IReadOnlyList<Line> Lines, Priority? Priority)
{
    public double Total => Lines.Sum(line => line.Price * line.Pieces);
}

[DataflowRecord]
public readonly record struct Line(string Article, int Pieces, double Price);

public enum Priority
{
    Low,
    High,
}

[DataflowRecord]
public sealed record Sales(string Country, DateTimeOffset Minute, long Orders, double Total, long Customers);

internal static class Orders
{
    private static readonly string[] Countries = ["CH", "FR", "PT"];

    /// <summary>Makes an order each second, the same ones in each run.</summary>
    public static IEnumerable<Order> Some(int count)
    {
        var start = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            yield return new Order(
                start.AddSeconds(i), Countries[i % 3], $"customer {i * 7 % 100}",
                [new Line($"article {i % 10}", 1 + (i % 4), 2.5), new Line("packing", 1, 0.5)], i % 5 == 0 ? Priority.High : null);
        }
    }
}
