using Dataflow;

namespace Verbs;

/// <summary>A topic, written by one pipeline and from outside, read by another.</summary>
internal static class TopicsExample
{
    public static async Task RunAsync()
    {
        await using var log = Runs.OpenLog();
        var topic = Topic.Of<Order>("orders", partitions: 1);

        var write = new Pipeline("write");
        write.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)])).KeyBy(order => order.Customer).To(topic);
        await write.RunOnAsync(log);
        await using (var writer = await log.OpenWriterAsync<string, Order>(topic))
            await writer.WriteAsync("eve", new Order(2, "eve", "tea", 4));

        var read = new Pipeline("read");
        read.From(topic.StopAtEnd()).To(Sink.Console<Order>(order => $"{order.Customer}: {order.Pieces}"));
        await read.RunOnAsync(log);
        Console.WriteLine($"{topic.ReadAll(log).Count()} in the topic");
    }
}
