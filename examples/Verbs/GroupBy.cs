using Dataflow;

namespace Verbs;

/// <summary>Rows by another key: a row that changes leaves its group.</summary>
internal static class GroupByExample
{
    public static async Task RunAsync()
    {
        Item[] input = [new("cups", "left"), new("tea", "left"), new("tea", "right")];
        var pipeline = new Pipeline("group-by");
        var items = pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name);

        items.GroupBy(item => item.Shelf)
            .Aggregate(a => a.Count(), (shelf, count) => $"{count} items", "items-of-shelf")
            .PrintChanges();
        items.GroupBy(item => item.Shelf, "top-group")
            .TopN(1, item => item.Name)
            .Select(top => $"{top[0].Name} is last by name")
            .PrintChanges("top");

        await pipeline.RunInMemoryAsync();
    }
}
