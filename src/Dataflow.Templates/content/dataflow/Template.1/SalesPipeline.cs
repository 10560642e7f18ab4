using Dataflow;

namespace Template._1;

public sealed record Order(DateTimeOffset Time, string Item, int Pieces);

public sealed record ItemSales(string Item, DateTimeOffset From, long Pieces);

/// <summary>Adds up, for each item and each ten seconds, how many pieces are ordered.</summary>
public static class SalesPipeline
{
    public static readonly Topic<Order> Orders = Topic.Of<Order>("orders", partitions: 1);
    public static readonly Topic<ItemSales> Sales = Topic.Of<ItemSales>("sales", partitions: 1);

    /// <param name="pipeline">Gets the steps.</param>
    /// <param name="isBounded">Whether it ends with the orders that are there, as tests need it.</param>
    public static KeyedStream<string, ItemSales> Define(Pipeline pipeline, bool isBounded = false)
    {
        var sales = pipeline.From(isBounded ? Orders.StopAtEnd() : Orders)
            .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromSeconds(2))
            .KeyBy(order => order.Item)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(a => a.Sum(order => (long)order.Pieces), (item, window, pieces) => new ItemSales(item, window.Start, pieces));

        sales.To(Sales);
        return sales;
    }
}
