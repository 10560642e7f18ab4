using Dataflow;

namespace Verbs;

/// <summary>The interval that each order says itself.</summary>
internal static class JoinIntervalByExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("join-interval-by");
        var orders = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(4, "bob", "tea", 1)], "orders"))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer);
        var payments = pipeline.From(Source.Of<Payment>([new(9, "ada", 9), new(12, "bob", 4)], "payments"))
            .WithEventTime(payment => payment.Time)
            .KeyBy(payment => payment.Customer);

        orders.JoinInterval(
                payments, lower: TimeSpan.Zero, upper: order => TimeSpan.FromMinutes(5 * order.Pieces), maxUpper: TimeSpan.FromHours(1),
                (order, payment) => $"{order.Customer} paid {payment.Euro} in time")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
