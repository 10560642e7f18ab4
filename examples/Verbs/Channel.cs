using System.Threading.Channels;
using Dataflow;

namespace Verbs;

/// <summary>Records that the program itself hands to a pipeline.</summary>
internal static class ChannelExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("channel");
        var channel = Channel.CreateBounded<Order>(1000);
        pipeline.From(Source.Channel(channel.Reader))
            .Where(order => order.Pieces > 1)
            .To(Sink.Console<Order>(order => $"{order.Customer}: {order.Pieces}"));

        var run = pipeline.RunInMemoryAsync();
        await channel.Writer.WriteAsync(new Order(0, "ada", "tea", 2)); // waits while a thousand orders wait
        await channel.Writer.WriteAsync(new Order(1, "bob", "cups", 1));
        await channel.Writer.WriteAsync(new Order(2, "eve", "tea", 4));
        channel.Writer.Complete();
        await run;
    }
}
