using Dataflow;

namespace Verbs;

/// <summary>Two streams of one, and three of two.</summary>
internal static class SplitExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("split");
        var large = pipeline.From(Source.Of(5, 700, 42)).Split(amount => amount >= 100, out var rest);
        var small = rest.Split(amount => amount < 10, out var others, "split-small");

        large.To(Sink.Console<int>(amount => $"large: {amount}", "large"));
        small.To(Sink.Console<int>(amount => $"small: {amount}", "small"));
        others.To(Sink.Console<int>(amount => $"others: {amount}", "others"));

        await pipeline.RunInMemoryAsync();
    }
}
