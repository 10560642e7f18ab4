using Dataflow;

namespace Verbs;

/// <summary>Code of your own that keeps one value for each key.</summary>
internal static class ProcessExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("process");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "tea", 4), new(2, "ada", "cups", 5)]))
            .KeyBy(order => order.Customer)
            .Process(() => new Discounts())
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }

    /// <summary>Says when a customer has bought at least five pieces.</summary>
    private sealed class Discounts : KeyedProcess<string, Order, int, string>
    {
        public override void OnRecord(in Record<Order> record, ref int pieces, ProcessContext<string, string> context)
        {
            var before = pieces;
            pieces += record.Value.Pieces;
            if (before < 5 && pieces >= 5) context.Emit($"{context.Key} gets a discount");
        }
    }
}
