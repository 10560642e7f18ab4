using Dataflow;

namespace Verbs;

/// <summary>One stream of two.</summary>
internal static class UnionExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("union");
        var shop = pipeline.From(Source.Of(["tea", "cups"], "shop"));
        var site = pipeline.From(Source.Of(["coffee"], "site"));
        shop.Union(site).To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
