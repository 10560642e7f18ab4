using Dataflow;

namespace Tour;

/// <summary>Shows the aggregates of a window: up to eight are computed in one pass.</summary>
internal static class AggregateStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("aggregates");
        var orders = Shop.OrdersOf(pipeline);

        var prices = orders.Window(Global.Window, "prices").Aggregate(
            a => (a.Mean(Price), a.StandardDeviation(Price), a.Variance(Price), a.Quantile(Price, 0.5), a.Quantiles(Price, [0.1, 0.9]),
                a.Histogram(Price, 4, 5, 6), a.PopulationStandardDeviation(Price), a.PopulationVariance(Price)),
            (_, mean, deviation, variance, median, range, bands, ofAll, varianceOfAll) =>
                $"prices  mean {mean:0.00} ± {deviation:0.00} (variance {variance:0.00}; were these all: ± {ofAll:0.00}, "
                    + $"{varianceOfAll:0.00}), "
                + $"median {median:0.0}, most between {range[0]:0.0} and {range[1]:0.0}; below 4, 5, 6 and above: "
                + $"{string.Join(", ", bands)}");

        var items = orders.Window(Global.Window, "items").Aggregate(
            a => (a.CountDistinct(order => order.Item), a.ApproximateCountDistinct(order => order.Customer), a.First(order => order.Item),
                a.MinBy(order => order.Price), a.AllMinBy(order => order.Price), a.AllMaxBy(order => order.Pieces)),
            (_, items, customers, first, cheapest, allCheapest, largest) =>
                $"items   {items} of them for about {customers} customers, {first} first; the cheapest is {cheapest.Item}, "
                    + $"{allCheapest.Count} times; "
                + $"most pieces in order {Ids(largest)}");

        var orderValues = orders.Window(Cumulating.Of(TimeSpan.FromHours(1), every: TimeSpan.FromMinutes(20)), "orders").Aggregate(
            a => (a.Top(2, Value), a.Bottom(2, Value), a.Min(order => order.Id),
                a.Decayed(order => order.Pieces, order => order.Time, halfLife: TimeSpan.FromMinutes(10)),
                a.Custom("value", () => 0m, (sum, order) => sum + Value(order), (sum, other) => sum + other, sum => sum)),
            (hour, dearest, cheapest, from, recent, total) =>
                $"orders  {from} and on, up to {hour.End:HH:mm}: {total} in all, the dearest {Ids(dearest)}, the cheapest {Ids(cheapest)}, "
                    + $"lately {recent.Sum:0.0} pieces");

        var threes = orders.Window(Counting.Every(3), "threes").Aggregate(a => a.Sum(Value), (_, sum) => $"threes  {sum}");

        prices.Union(items).Union(orderValues).Union(threes).To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }

    private static double Price(Order order) => (double)order.Price;

    private static decimal Value(Order order) => order.Price * order.Pieces;

    private static string Ids(IEnumerable<Order> orders) => string.Join(", ", orders.Select(order => order.Id));
}
