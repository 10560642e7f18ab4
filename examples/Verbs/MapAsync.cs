using Dataflow;

namespace Verbs;

/// <summary>A call for each record; one that fails is made again.</summary>
internal static class MapAsyncExample
{
    private static int s_calls;

    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("map-async");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "tea", 4), new(2, "ada", "cups", 1)]))
            .MapAsync(ScoreAsync, new() { Concurrency = 8, Timeout = TimeSpan.FromSeconds(5), Attempts = 3 })
            .To(Sink.Console<string>());

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("map-async").Calls} calls");
    }

    private static async Task<string> ScoreAsync(Order order, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref s_calls);
        await Task.Delay(5 - order.Minute, cancellationToken); // the first takes the longest
        return call == 2 ? throw new HttpRequestException("The service is busy.") : $"{order.Customer}: {order.Pieces * 10}";
    }
}
