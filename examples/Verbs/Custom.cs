using Dataflow;

namespace Verbs;

/// <summary>An aggregate of your own, in functions.</summary>
internal static class CustomExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("custom");
        pipeline.From(Source.Of(2, 3, 7))
            .Window(Global.Window)
            .Aggregate(
                a => a.Custom(
                    "product",
                    create: () => 1L,
                    add: (product, number) => product * number,
                    merge: (product, other) => product * other,
                    result: product => product),
                (_, product) => $"the product is {product}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
