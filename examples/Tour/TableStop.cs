using Dataflow;

namespace Tour;

public sealed record Sold(string Item, long Pieces, decimal Price, string Shelf = "");

/// <summary>Counts sales by item, then by shelf: tables that change as orders come.</summary>
internal static class TableStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("tables");
        var items = pipeline.Table(Source.Of(Shop.Items, "items"), item => item.Name);

        var orders = Shop.OrdersOf(pipeline);
        var sold = orders.KeyBy(order => order.Item)
            .Aggregate(
                a => (a.Sum(order => order.Pieces), a.Max(order => order.Price)), (item, pieces, price) => new Sold(item, pieces, price),
                "sold");
        var shelves = sold.LeftJoin(items, (row, item) => row with { Shelf = item?.Shelf ?? "none" })
            .GroupBy(row => row.Shelf)
            .Aggregate(
                a => (a.Sum(row => row.Pieces), a.Max(row => row.Price)), (shelf, pieces, price) => new Sold(shelf, pieces, price),
                "shelves");

        shelves.Changes().Values()
            .Where(change => change.HasNew)
            .Select(change => $"{change.Kind,-6}  {(change.HasOld ? $"{change.Old.Pieces} -> " : "")}{change.New!.Pieces} pieces on the "
                + $"shelf {change.New.Item}")
            .Union(Customers(orders))
            .To(Sink.Console<string>());

        return Shop.RunAsync(pipeline);
    }

    /// <summary>The newest order of each customer, whatever came last, beside the two dearest.</summary>
    private static Stream<string> Customers(Stream<Order> orders)
    {
        var byCustomer = orders.KeyBy(order => order.Customer);
        var newest = byCustomer.LatestBy(order => order.Time, "newest");
        var dearest = byCustomer.TopN(2, order => order.Price * order.Pieces, "dearest");
        return newest
            .OuterJoin(
                dearest, (order,
                top) => $"{order?.Customer}: order {order?.Id} is the newest, the dearest: "
                + $"{string.Join(", ", (top ?? []).Select(o => o.Id))}")
            .Changes().Values().Select(change => $"{change.Kind,-6}  {change.New}", name: "customers");
    }
}
