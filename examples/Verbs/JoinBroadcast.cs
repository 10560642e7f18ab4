using Dataflow;

namespace Verbs;

/// <summary>Each order with every rule that fits it.</summary>
internal static class JoinBroadcastExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 1), new(1, "bob", "tea", 4), new(2, "eve", "tea", 9)];
        var pipeline = new Pipeline("join-broadcast");
        var rules = pipeline.From(Source.Of<(string Name, int Pieces)>([("large", 3), ("huge", 9)], "rules"))
            .KeyBy(rule => rule.Name);
        pipeline.From(Source.Of(input, "orders"))
            .JoinBroadcast(rules, (order, rule) => order.Pieces >= rule.Pieces, (order, rule) => $"{order.Customer}: {rule.Name}")
            .To(Sink.Console<string>());

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("join-broadcast").Unmatched} that no rule fits");
    }
}
