using Dataflow;

namespace Tour;

/// <summary>Orders with the payments that come within a quarter of an hour, and those that wait for one in vain.</summary>
internal static class JoinStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("joins");
        var orders = Shop.OrdersOf(pipeline).KeyBy(order => order.Id);
        var payments = Shop.PaymentsOf(pipeline).KeyBy(payment => payment.Order);

        orders.LeftJoinInterval(
                payments, lower: TimeSpan.Zero, upper: TimeSpan.FromMinutes(15),
                (order, payment) => payment is null
                    ? $"order {order.Id} of {order.Customer}: not paid in time"
                    : $"order {order.Id} of {order.Customer}: paid after {(payment.Time - order.Time).TotalMinutes} min")
            .To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }
}
