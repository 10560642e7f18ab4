using Dataflow;

namespace Verbs;

/// <summary>Measures the drift of numbers and categories from a reference.</summary>
internal static class DriftExample
{
    public static async Task RunAsync()
    {
        var trained = Distribution.Of([1, 2, 2, 3, 3, 3, 4, 4, 5, 6], bins: 4);
        var items = CategoryDistribution.Of(["tea", "tea", "cups", "coffee"]);
        Order[] input = [new(0, "ada", "tea", 3), new(1, "bob", "tea", 9), new(2, "eve", "rum", 9), new(3, "ada", "tea", 8)];
        var pipeline = new Pipeline("drift");
        pipeline.From(Source.Of(input))
            .Window(Global.Window)
            .Aggregate(
                a => (a.Drift(order => order.Pieces, trained), a.Drift(order => order.Item, items)),
                (_, pieces, kinds) =>
                    $"pieces: index {pieces.Psi:0.00}, distance {pieces.Ks:0.00}; items: index {kinds.Psi:0.00}, distance {kinds.Ks:0.00}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
