using Dataflow;

namespace Verbs;

/// <summary>A call for each row of a table.</summary>
internal static class MapRowsAsyncExample
{
    public static async Task RunAsync()
    {
        Item[] input = [new("tea", "left"), new("tea", "right")];
        var pipeline = new Pipeline("map-rows-async");
        pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name)
            .MapAsync(TranslateAsync)
            .PrintChanges();

        await pipeline.RunInMemoryAsync();
    }

    private static async Task<string> TranslateAsync(Item item, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return item.Shelf == "left" ? "links" : "rechts";
    }
}
