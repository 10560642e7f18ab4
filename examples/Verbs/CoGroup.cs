using Dataflow;
using Dataflow.Operations;

namespace Verbs;

/// <summary>All orders beside all payments of a customer and window.</summary>
internal static class CoGroupExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(1, "ada", "cups", 4), new(4, "bob", "tea", 1)];
        var pipeline = new Pipeline("co-group");
        var orders = pipeline.From(Source.Of(input, "orders"))
            .WithEventTime(order => order.Time);
        var payments = pipeline.From(Source.Of<Payment>([new(5, "ada", 9)], "payments"))
            .WithEventTime(payment => payment.Time);

        orders.KeyBy(order => order.Customer)
            .CoGroup(
                payments.KeyBy(payment => payment.Customer), Tumbling.Every(TimeSpan.FromMinutes(10)),
                (customer, window, bought, paid) => new[] { $"{customer}: {bought.Count} orders, {paid.Count} payments" })
            .To(Sink.Console<string>());

        var status = await pipeline.RunInMemoryAsync();
        foreach (var (reason, count) in status.Of("co-group-results").UnmatchedReasons) Console.WriteLine($"{reason}: {count}");
    }
}
