using Dataflow.Features;

namespace Dataflow.Redis.Tests.Docs;

/// <summary>The program of the README.</summary>
public class StockTests
{
    [Fact]
    public void Features_and_tables_are_planned_to_go_to_Redis()
    {
        var pipeline = new Pipeline("shop");
        var orders = pipeline.From(Topic.Of<Order>("orders")).WithEventTime(order => order.Time);

        var byItem = orders.KeyBy(order => order.Item);
        var sales = byItem.FeatureView(
            "sales", v => v.Aggregate("pieces", a => a.Sum(order => order.Pieces), [TimeSpan.FromHours(1)]));
        sales.ToRedis("localhost:6379"); // hashes sales:tea, sales:cups, …

        byItem.ToTable().ToRedis("localhost:6379", "stock"); // hashes stock:tea, stock:cups, …

        Assert.Contains("at least once", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    public sealed record Order(string Item, int Pieces, DateTimeOffset Time);
}
