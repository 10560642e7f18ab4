using Dataflow;

namespace Tour;

public sealed record Price(string Item, decimal Amount, DateTimeOffset From);

public sealed record Rule(string Name, decimal Above);

/// <summary>Orders with payments in the quarter of an hour after them, with the price of their time, with the rules that they
/// break.</summary>
internal static class JoinStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("joins");
        var rules = pipeline.From(Source.Of<Rule>([new("costs", 7), new("costs much", 13)], "rules")).KeyBy(rule => rule.Name);
        var orders = Shop.OrdersOf(pipeline);

        Paid(orders.KeyBy(order => order.Id), Shop.PaymentsOf(pipeline).KeyBy(payment => payment.Order))
            .Union(Priced(pipeline, orders))
            .Union(orders.JoinBroadcast(
                rules, (order, rule) => order.Price * order.Pieces > rule.Above,
                (order, rule) => $"order {order.Id} {rule.Name}: above {rule.Above}"))
            .To(Sink.Console<string>());
        return Shop.RunAsync(pipeline, workers: 1); // which reads the rules first: orders see those of their moment
    }

    /// <summary>By interval: the payment comes at most a quarter of an hour after its order.</summary>
    private static Stream<string> Paid(KeyedStream<int, Order> orders, KeyedStream<int, Payment> payments)
    {
        var paid = orders.LeftJoinInterval(
            payments, lower: TimeSpan.Zero, upper: TimeSpan.FromMinutes(15),
            (order, payment) => payment is null
                ? $"order {order.Id} of {order.Customer}: not paid in time"
                : $"order {order.Id} of {order.Customer}: paid after {(payment.Time - order.Time).TotalMinutes} min", "paid");
        var stray = orders.RightJoinInterval(
            payments, lower: TimeSpan.Zero, upper: TimeSpan.FromMinutes(15),
            (order, payment) => order is null ? $"payment for order {payment.Order}: too late" : "", "stray");
        var odd = orders.OuterJoinInterval(
            payments, lower: TimeSpan.Zero, upper: TimeSpan.FromMinutes(15),
            (order, payment)
                => order is null || payment is null
                ? $"order {order?.Id ?? payment?.Order}: {(order is null ? "payment" : "order")} alone" : "", "odd");
        var quick = orders.JoinInterval(
            payments, lower: TimeSpan.Zero, upper: TimeSpan.FromMinutes(1), (order, _) => $"order {order.Id}: paid at once", "quick");
        return paid.Values().Union(stray.Values().Where(text => text.Length > 0, "strays"))
            .Union(odd.Values().Where(text => text.Length > 0, "odds"))
            .Union(quick.Values());
    }

    /// <summary>Joins each order with the price in force at its time, whatever price came later.</summary>
    private static Stream<string> Priced(Pipeline pipeline, Stream<Order> orders)
    {
        var prices = pipeline.From(Source.Of(Shop.Prices, "prices"))
            .WithEventTime(price => price.From, maxOutOfOrderness: TimeSpan.Zero, name: "price-time").KeyBy(price => price.Item);
        var byItem = orders.KeyBy(order => order.Item);
        var listed = byItem.JoinAsOf(
            prices, (order, price) => $"order {order.Id}: {order.Item} at {order.Price}, listed at {price.Amount}", name: "listed");
        var unlisted = byItem.LeftJoinAsOf(
            prices, (order, price) => price is null ? $"order {order.Id}: {order.Item} has no price yet" : "", name: "unlisted");
        return listed.Values().Union(unlisted.Values().Where(text => text.Length > 0, "without-price"));
    }
}
