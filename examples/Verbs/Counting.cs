using Dataflow;

namespace Verbs;

/// <summary>Every three records of a key, and the last three after each second one.</summary>
internal static class CountingExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("counting");
        var pieces = pipeline.From(Source.Of(1, 2, 4, 8, 16)).KeyBy(_ => "all");
        pieces.Window(Counting.Every(3), "every")
            .Aggregate(
                a => a.Collect(limit: 3, piece => piece),
                (_, window, all) => $"every three: {string.Join(" ", all.Values)}")
            .To(Sink.Console<string>(name: "every"));
        pieces.Window(Counting.Of(3, every: 2), "last")
            .Aggregate(
                a => a.Collect(limit: 3, piece => piece),
                (_, window, all) => $"the last three: {string.Join(" ", all.Values)}")
            .To(Sink.Console<string>(name: "last"));

        await pipeline.RunInMemoryAsync();
    }
}
