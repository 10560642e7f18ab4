using Dataflow;

namespace Tour;

public sealed record Sold(string Item, long Pieces, decimal Price, string Shelf = "");

/// <summary>What each item has sold, then by shelf: tables that change as orders come.</summary>
internal static class TableStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("tables");
        var items = pipeline.Table(Source.Of(Shop.Items, "items"), item => item.Name);

        var sold = Shop.OrdersOf(pipeline).KeyBy(order => order.Item)
            .Aggregate(a => (a.Sum(order => order.Pieces), a.Max(order => order.Price)), (item, pieces, price) => new Sold(item, pieces, price), "sold");
        var shelves = sold.LeftJoin(items, (row, item) => row with { Shelf = item?.Shelf ?? "none" })
            .GroupBy(row => row.Shelf)
            .Aggregate(a => (a.Sum(row => row.Pieces), a.Max(row => row.Price)), (shelf, pieces, price) => new Sold(shelf, pieces, price), "shelves");

        shelves.Changes().To(Sink.Console<Change<Sold>>(
            change => $"{change.Kind,-6}  {(change.HasOld ? $"{change.Old.Pieces} -> " : "")}{change.New.Pieces} pieces on the shelf {change.New.Item}"));

        return Shop.RunAsync(pipeline);
    }
}
