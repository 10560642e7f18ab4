using Dataflow;

namespace Verbs;

/// <summary>A JSON value on each line, written and read.</summary>
internal static class JsonLinesExample
{
    public static async Task RunAsync()
    {
        var path = Path.GetTempFileName();
        var write = new Pipeline("write");
        write.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)])).To(Sink.JsonLines<Order>(path));
        await write.RunInMemoryAsync();
        Console.WriteLine((await File.ReadAllLinesAsync(path))[0]);

        var read = new Pipeline("read");
        read.From(Source.JsonLines<Order>(path)).To(Sink.Console<Order>(order => $"{order.Customer}: {order.Pieces}"));
        await read.RunInMemoryAsync();
        File.Delete(path);
    }
}
