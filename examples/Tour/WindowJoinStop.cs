using Dataflow;

namespace Tour;

/// <summary>Orders and payments that fall into the same half of the hour.</summary>
internal static class WindowJoinStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("window-joins");
        var orders = Shop.OrdersOf(pipeline).KeyBy(order => order.Id);
        var payments = Shop.PaymentsOf(pipeline).KeyBy(payment => payment.Order);
        var halves = Tumbling.Every(TimeSpan.FromMinutes(30));

        var together = orders.JoinWindow(payments, halves, (order, payment) => $"order {order.Id} with {payment.Amount}", "together");
        var ordered = orders.LeftJoinWindow(
            payments, halves, (order, payment) => $"order {order.Id} was {(payment is null ? "not " : "")}paid in its half", "ordered");
        var received = orders.RightJoinWindow(
            payments, halves,
            (order, payment) => $"payment for order {payment.Order}, {(order is null ? "from before" : "made just then")}", "received");
        var either = orders.OuterJoinWindow(
            payments, halves, (order, payment) => order is null ? "only paid" : payment is null ? "only ordered" : "both", "either");
        var sums = orders.CoGroup(
            payments, halves,
            (id, half, ordered, paid) => new[] { $"from {half.Start:HH:mm}, order {id}: {ordered.Count} ordered, {paid.Count} paid" },
            "sums");

        together.Values().Union(ordered.Values()).Union(received.Values()).Union(sums.Values())
            .Union(either.Values().KeyBy(text => text).Window(Global.Window, "sorts")
                .Aggregate(a => a.Count(), (text, _, count) => $"{text}: {count}").Values())
            .To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }
}
