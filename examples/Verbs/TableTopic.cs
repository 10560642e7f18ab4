using Dataflow;

namespace Verbs;

/// <summary>A table kept in a topic, and read again as a table.</summary>
internal static class TableTopicExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        var topic = Topic.Of<Item>("items", partitions: 1);
        await using (var writer = await log.OpenWriterAsync<string, Item>(topic))
        {
            await writer.WriteAsync("tea", new Item("tea", "left"));
            await writer.WriteAsync("rum", new Item("rum", "left"));
            await writer.DeleteAsync("rum");
        }

        var pipeline = new Pipeline("shelves");
        pipeline.Table<string, Item>(topic.StopAtEnd()).Select(item => item.Shelf).To(Topic.Of<string>("shelves", partitions: 1));
        await pipeline.RunOnAsync(log);

        var read = new Pipeline("read");
        read.Table<string, string>(Topic.Of<string>("shelves").StopAtEnd()).PrintChanges();
        await read.RunOnAsync(log);
    }
}
