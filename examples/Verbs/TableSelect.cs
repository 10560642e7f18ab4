using Dataflow;

namespace Verbs;

/// <summary>Some rows of a table, and of each what is needed.</summary>
internal static class TableSelectExample
{
    public static async Task RunAsync()
    {
        Item[] input = [new("tea", "left"), new("cups", "right"), new("tea", "right")];
        var pipeline = new Pipeline("table-select");
        pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name)
            .Where(item => item.Shelf == "left")
            .Select(item => item.Shelf.ToUpperInvariant())
            .PrintChanges();

        await pipeline.RunInMemoryAsync();
    }
}
