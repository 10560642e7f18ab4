using Dataflow;

namespace Verbs;

/// <summary>The plan of a pipeline.</summary>
internal static class ExplainExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("explain");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2)], "orders"))
            .Where(order => order.Pieces > 1, "several")
            .KeyBy(order => order.Customer)
            .Aggregate(a => a.Sum(order => order.Pieces), (customer, pieces) => pieces)
            .To(Topic.Of<long>("pieces"));

        Console.WriteLine(pipeline.Explain());
        await Task.CompletedTask;
    }
}
