using Dataflow;

namespace Tour;

/// <summary>A bug in the code makes dead letters of some orders; the mended code reads just those again.</summary>
internal static class ErrorStop
{
    public static async Task RunAsync()
    {
        await using var log = Shop.OpenLog();
        var fill = new Pipeline("fill");
        fill.From(Source.Of(Shop.Orders, "orders")).To(Topic.Of<Order>("orders", partitions: 1));
        await fill.RunAsync(new JobOptions { Log = log });

        var orders = Topic.Of<Order>("orders").StopAtEnd();
        var shares = new Pipeline("shares") { OnError = ErrorPolicy.DeadLetter(maxDeadLetters: 100) };
        shares.From(orders).Select(order => $"order {order.Id}: {12 / (order.Pieces - 2)}", name: "share").To(Sink.Console<string>());
        await shares.RunAsync(new JobOptions { Log = log });

        foreach (var letter in Topic.Of<DeadLetter>("shares.dead-letters").ReadAll(log))
            Console.WriteLine($"dead letter: {letter.Step} on {letter.Source}@{letter.Position}: {letter.Reason}");

        var mended = new Pipeline("mended");
        mended.From(Source.Replay(orders, deadLettersOf: "shares")).Select(order => $"order {order.Id} again: none")
            .To(Sink.Console<string>());
        await mended.RunAsync(new JobOptions { Log = log });
    }
}
