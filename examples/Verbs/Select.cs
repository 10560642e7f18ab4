using Dataflow;

namespace Verbs;

/// <summary>One value of another.</summary>
internal static class SelectExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("select");
        pipeline.From(Source.Of("tea", "coffee", "cups"))
            .Select(item => $"{item} has {item.Length} letters")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
