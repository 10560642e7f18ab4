using Dataflow;

namespace Verbs;

/// <summary>Settings that every worker sees, beside a keyed stream.</summary>
internal static class ProcessBroadcastExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(1, "bob", "tea", 4), new(2, "eve", "cups", 9)];
        var pipeline = new Pipeline("process-broadcast");
        var limits = pipeline.From(Source.Of<(string Item, int Pieces)>([("tea", 3)], "limits"));
        pipeline.From(Source.Of(input, "orders"))
            .KeyBy(order => order.Customer)
            .Process(limits, () => new Limits())
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }

    private sealed class Limits : BroadcastProcess<string, Order, (string Item, int Pieces), string>
    {
        private BroadcastState<string, int> _limits = null!;

        public override void Open(ProcessStates<string, Order> states) => _limits = states.Broadcast<string, int>("limits");

        public override void OnBroadcast(in Record<(string Item, int Pieces)> record)
            => _limits.Set(record.Value.Item, record.Value.Pieces);

        public override void OnRecord(in Record<Order> record, ProcessContext<string, string> context)
        {
            if (_limits.TryGet(record.Value.Item, out var limit) && record.Value.Pieces > limit)
                context.Emit($"{context.Key} orders {record.Value.Pieces}, more than {limit}");
        }
    }
}
