using Dataflow;

namespace Verbs;

/// <summary>Sum, mean and how far values spread.</summary>
internal static class SumsExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("sums");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 1), new(1, "bob", "cups", 2), new(2, "ada", "tea", 6)]))
            .Window(Global.Window)
            .Aggregate(
                a => (a.Sum(order => order.Pieces), a.Mean(order => order.Pieces),
                    a.Variance(order => order.Pieces), a.StandardDeviation(order => order.Pieces),
                    a.PopulationVariance(order => order.Pieces), a.PopulationStandardDeviation(order => order.Pieces)),
                (_, sum, mean, variance, deviation, varianceOfAll, deviationOfAll) =>
                    $"sum {sum}, mean {mean}; of a sample: {variance:0.00}, {deviation:0.00}; "
                    + $"of a whole population: {varianceOfAll:0.00}, {deviationOfAll:0.00}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
