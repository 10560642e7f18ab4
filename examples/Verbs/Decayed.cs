using Dataflow;

namespace Verbs;

/// <summary>Sum and mean in which old values weigh less.</summary>
internal static class DecayedExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("decayed");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 8), new(10, "bob", "tea", 4), new(20, "eve", "tea", 1)]))
            .Window(Global.Window)
            .Aggregate(
                a => a.Decayed(order => order.Pieces, order => order.Time, halfLife: TimeSpan.FromMinutes(10)),
                (_, recent) => $"{recent.Sum} pieces, {recent.Mean:0.00} an order; ten minutes later {recent.At(Shop.At(30)).Sum}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
