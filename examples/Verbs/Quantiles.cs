using Dataflow;

namespace Verbs;

/// <summary>Computes quantiles, a histogram and other measures of spread.</summary>
internal static class QuantilesExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("quantiles");
        pipeline.From(Source.Of(Enumerable.Range(1, 1000)))
            .Window(Global.Window)
            .Aggregate(
                a => (a.Quantile(n => n, 0.5), a.Quantiles(n => n, [0.9, 0.99]), a.Histogram(n => n, 250, 500, 1000)),
                (_, median, high, bands) =>
                    $"median {median:0}, 90 % below {high[0]:0}, 99 % below {high[1]:0}; between bounds: {string.Join(", ", bands)}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
