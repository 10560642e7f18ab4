using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Dashboard.Tests;

/// <summary>Orders of which some are late, without a customer, filtered or wrong.</summary>
internal static class Orders
{
    public const int Count = 1000;
    public const int Timely = 960;

    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Pipeline Pipeline()
    {
        var pipeline = new Pipeline("orders") { OnError = ErrorPolicy.DeadLetter() };
        var customers = pipeline.Table(
            Source.Of(Enumerable.Range(0, 5).Select(number => new Customer(number, $"city {number}")), "customers"), row => row.Number);
        pipeline.From(Topic.Of<Order>("orders-in", partitions: 4))
            .Where(order => order.Cents < 900, name: "cheap")
            .Select(order => order.Cents != 7 ? order : throw new ArgumentException($"Order of {order.Customer} is wrong."), name: "check")
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.Zero)
            .KeyBy(order => order.Customer)
            .Join(customers, (order, customer) => order with { City = customer.City }, name: "with-city")
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1)), name: "minutes")
            .Aggregate(a => a.Count(), (customer, window, count) => $"{customer}: {count}")
            .To(Topic.Of<string>("counts", partitions: 2));
        return pipeline.Offer(Lookup.Of("customers", customers));
    }

    /// <summary>Writes all orders, but for those that are to come too late.</summary>
    public static Task FillAsync(LogStore log)
    {
        for (var partition = 0; partition < 4; partition++)
        {
            var own = partition;
            log.Append("orders-in", Enumerable.Range(0, Timely / 4).Select(number => At((number * 4) + own)), partition, 4);
        }

        return Task.CompletedTask;
    }

    /// <summary>Writes orders whose windows have closed once all others were read.</summary>
    public static void AddLate(LogStore log) => log.Append("orders-in", Enumerable.Range(0, Count - Timely).Select(At), partition: 2);

    public static bool HasClosedWindows(JobStatus status)
        => status.Of("minutes").WatermarkMs >= s_begin.AddMinutes(10).ToUnixTimeMilliseconds();

    private static Order At(int number)
        => new(s_begin.AddSeconds(number), number % 7, number % 100 < 8 ? 950 : number % 100 == 17 ? 7 : 100, "");
}

public sealed record Order(DateTimeOffset Time, int Customer, int Cents, string City);

public sealed record Customer(int Number, string City);
