using Dataflow;

namespace Verbs;

/// <summary>The calls of a key keep their order; those of other keys do not wait for them.</summary>
internal static class MapAsyncByKeyExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("map-async-by-key");
        var bobWasAsked = new TaskCompletionSource();
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "ada", "cups", 1), new(2, "bob", "tea", 4)]))
            .KeyBy(order => order.Customer)
            .MapAsync(async order =>
            {
                if (order.Customer == "bob") bobWasAsked.SetResult();
                else if (order.Item == "tea") await bobWasAsked.Task; // the first call answers after the third has begun
                return order.Item;
            })
            .Pairs.To(Sink.Console<Keyed<string, string>>(pair => $"{pair.Key}: {pair.Value}"));

        await pipeline.RunInMemoryAsync();
    }
}
