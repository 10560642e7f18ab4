using Dataflow;
using Dataflow.Operations;

namespace Verbs;

/// <summary>Each order with each payment of its customer.</summary>
internal static class JoinStreamsExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(9, "ada", "cups", 1), new(4, "bob", "tea", 1)];
        var pipeline = new Pipeline("join-streams");
        var orders = pipeline.From(Source.Of(input, "orders"))
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromMinutes(5));
        var payments = pipeline.From(Source.Of<Payment>([new(5, "ada", 9), new(30, "bob", 4)], "payments"))
            .WithEventTime(payment => payment.Time);

        orders.KeyBy(order => order.Customer)
            .Join(
                payments.KeyBy(payment => payment.Customer),
                (order, payment) => $"{order.Customer}: {order.Item} and {payment.Euro} euro",
                keepLeft: TimeSpan.FromMinutes(10), keepRight: TimeSpan.FromMinutes(10))
            .To(Sink.Console<string>());

        var status = await pipeline.RunInMemoryAsync();
        foreach (var (reason, count) in status.Of("join-streams").UnmatchedReasons) Console.WriteLine($"{reason}: {count}");
    }
}
