using Dataflow;

namespace Verbs;

/// <summary>The latest row of each key.</summary>
internal static class TableExample
{
    public static async Task RunAsync()
    {
        Item[] input = [new("tea", "left"), new("cups", "left"), new("tea", "right")];
        var pipeline = new Pipeline("table");
        var items = pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name);
        items.PrintChanges();

        await pipeline.RunInMemoryAsync();
    }
}
