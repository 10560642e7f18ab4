using Dataflow;

namespace Verbs;

/// <summary>A key for each record, and how to go on without it.</summary>
internal static class KeyByExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("key-by");
        var byCustomer = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "cups", 1)]))
            .KeyBy(order => order.Customer)
            .Select(order => order.Item); // keys stay

        byCustomer.Pairs.To(Sink.Console<Keyed<string, string>>(pair => $"{pair.Key} bought {pair.Value}", "pairs"));
        byCustomer.Values().To(Sink.Console<string>(name: "values"));

        await pipeline.RunInMemoryAsync();
    }
}
