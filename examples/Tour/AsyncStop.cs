using Dataflow;

namespace Tour;

/// <summary>Calls to a service that is slow and fails now and then; rows from a cache; results in lists of three.</summary>
internal static class AsyncStop
{
    private static int s_calls;

    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("async");
        Shop.OrdersOf(pipeline)
            .MapAsync(
                ScoreAsync,
                new AsyncOptions { Concurrency = 4, Timeout = TimeSpan.FromSeconds(2), Attempts = 5, RetryDelay = TimeSpan.FromMilliseconds(5) })
            .Batch(3)
            .To(Sink.Console<IReadOnlyList<string>>(batch => string.Join(" | ", batch)));
        await Shop.RunAsync(pipeline);
        Console.WriteLine($"{Shop.Orders.Count} orders, {s_calls} calls");
    }

    private static async Task<string> ScoreAsync(Order order, CancellationToken stop)
    {
        var call = Interlocked.Increment(ref s_calls);
        await Task.Delay(TimeSpan.FromMilliseconds(10), stop);
        return call % 3 == 0 ? throw new TimeoutException("The service is busy.") : $"order {order.Id} scores {order.Pieces * 7 % 10}";
    }
}
