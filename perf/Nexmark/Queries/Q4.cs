namespace Dataflow.Perf.Nexmark;

/// <summary>The average price of the winners in each category.</summary>
internal static class Q4
{
    public static void Build(Pipeline pipeline, AuctionHouse house, Results results)
        => Winners.Of(pipeline, house)
            .GroupBy(winner => winner.Category)
            .Aggregate(
                a => (a.Sum(winner => winner.Price), a.Count()),
                (category, sum, count) => (Category: category, Average: sum / count))
            .To(results, (row, text) => text.Add(row.Category).Add(row.Average));
}
