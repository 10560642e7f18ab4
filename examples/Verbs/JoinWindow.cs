using Dataflow;

namespace Verbs;

/// <summary>Orders and payments of a customer in the same ten minutes.</summary>
internal static class JoinWindowExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("join-window");
        var orders = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(4, "bob", "cups", 1)], "orders"))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer);
        var payments = pipeline.From(Source.Of<Payment>([new(5, "ada", 9), new(15, "bob", 4)], "payments"))
            .WithEventTime(payment => payment.Time)
            .KeyBy(payment => payment.Customer);
        var windows = Tumbling.Every(TimeSpan.FromMinutes(10));

        orders.JoinWindow(
                payments, windows, (order, payment) => $"inner: {order.Item}, {payment.Euro} euro", "inner")
            .To(Sink.Console<string>(name: "inner"));
        orders.LeftJoinWindow(
                payments, windows, (order, payment) => $"left: {order.Item}, {payment?.Euro ?? 0} euro", "left")
            .To(Sink.Console<string>(name: "left"));
        orders.RightJoinWindow(
                payments, windows, (order, payment) => $"right: {order?.Item ?? "nothing"}, {payment.Euro} euro", "right")
            .To(Sink.Console<string>(name: "right"));
        orders.OuterJoinWindow(
                payments, windows, (order, payment) => $"outer: {order?.Item ?? "nothing"}, {payment?.Euro ?? 0} euro", "outer")
            .To(Sink.Console<string>(name: "outer"));

        await pipeline.RunInMemoryAsync();
    }
}
