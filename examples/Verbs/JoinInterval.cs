using Dataflow;
using Dataflow.Operations;

namespace Verbs;

/// <summary>Payments within a quarter of an hour after their order.</summary>
internal static class JoinIntervalExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("join-interval");
        var orders = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(4, "bob", "cups", 1)], "orders"))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer);
        var payments = pipeline.From(Source.Of<Payment>([new(5, "ada", 9), new(30, "bob", 4)], "payments"))
            .WithEventTime(payment => payment.Time)
            .KeyBy(payment => payment.Customer);
        var (now, quarter) = (TimeSpan.Zero, TimeSpan.FromMinutes(15));

        orders.JoinInterval(
                payments, now, quarter, (order, payment) => $"inner: {order.Customer} paid {payment.Euro}", "inner")
            .To(Sink.Console<string>(name: "inner"));
        orders.LeftJoinInterval(
                payments, now, quarter, (order, payment) => $"left: {order.Customer} paid {payment?.Euro ?? 0}", "left")
            .To(Sink.Console<string>(name: "left"));
        orders.RightJoinInterval(
                payments, now, quarter, (order, payment) => $"right: {payment.Euro} for {order?.Item ?? "nothing"}", "right")
            .To(Sink.Console<string>(name: "right"));
        orders.OuterJoinInterval(
                payments, now, quarter, (order, payment) => $"outer: {payment?.Euro ?? 0} for {order?.Item ?? "nothing"}", "outer")
            .To(Sink.Console<string>(name: "outer"));

        var status = await pipeline.RunInMemoryAsync();
        foreach (var (reason, count) in status.Of("inner").UnmatchedReasons) Console.WriteLine($"{reason}: {count}");
    }
}
