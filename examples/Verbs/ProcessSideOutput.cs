using Dataflow;

namespace Verbs;

/// <summary>A second output, of another type.</summary>
internal static class ProcessSideOutputExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("process-side-output");
        var large = new Output<int>("large");
        var all = pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(1, "bob", "tea", 40)]))
            .KeyBy(order => order.Customer)
            .Process(() => new Watch(large));

        all.To(Sink.Console<string>());
        all.SideOutput(large).Pairs.To(Sink.Console<Keyed<string, int>>(pair => $"large: {pair.Value} for {pair.Key}", "large"));

        await pipeline.RunInMemoryAsync();
    }

    private sealed class Watch(Output<int> large) : KeyedProcess<string, Order, int, string>
    {
        public override void OnRecord(in Record<Order> record, ref int orders, ProcessContext<string, string> context)
        {
            orders++;
            context.Emit($"{context.Key}: order {orders}");
            if (record.Value.Pieces > 10) context.Emit(large, record.Value.Pieces);
        }
    }
}
