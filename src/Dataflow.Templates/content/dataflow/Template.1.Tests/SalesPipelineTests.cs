using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Template._1.Tests;

public class SalesPipelineTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pieces_of_ten_seconds_are_added_up_also_over_a_restart()
    {
        using var driver = new PipelineDriver(() => Create(), workers: 2);
        driver.Feed(SalesPipeline.Orders, Tea(second: 1, pieces: 2), Tea(second: 9, pieces: 1));
        driver.Restart();
        driver.Feed(SalesPipeline.Orders, Tea(second: 8, pieces: 4), Tea(second: 11, pieces: 5));

        Assert.Empty(driver.Read(SalesPipeline.Sales)); // event time is at 12:00:09

        driver.Feed(SalesPipeline.Orders, Tea(second: 12, pieces: 1));

        Assert.Equal([new ItemSales("tea", Noon, Pieces: 7)], driver.Read(SalesPipeline.Sales));
    }

    [Fact]
    public void No_crash_and_no_number_of_workers_changes_a_result()
        => new Simulation(
            fill: Fill,
            pipeline: () => Create(isBounded: true),
            results: log => [.. SalesPipeline.Sales.ReadAll(log).Select(sales => sales.ToString()).Order()])
            .Run(seeds: 20);

    private static Pipeline Create(bool isBounded = false)
    {
        var pipeline = new Pipeline("sales");
        SalesPipeline.Define(pipeline, isBounded);
        return pipeline;
    }

    // In a simulation the log commits on the caller's thread, so nothing waits.
    private static void Fill(LogStore log)
    {
        var writer = log.OpenWriterAsync<string, Order>(SalesPipeline.Orders).GetAwaiter().GetResult();
        for (var number = 0; number < 100; number++)
        {
            var order = SampleOrders.Create(number);
            writer.WriteAsync(order.Item, order, order.Time).GetAwaiter().GetResult();
        }
    }

    private static Order Tea(int second, int pieces) => new(Noon.AddSeconds(second), "tea", pieces);
}
