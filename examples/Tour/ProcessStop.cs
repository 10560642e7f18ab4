using Dataflow;

namespace Tour;

/// <summary>Code of one's own with state and timers: says who has not ordered for a quarter of an hour, and who buys much tea. Orders and
/// timers of a customer come in the order of their times, though all orders are there at once: so no silence is missed.</summary>
internal static class ProcessStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("process");
        var teaLovers = new Output<string>("tea-lovers");
        var quiet = Shop.OrdersOf(pipeline)
            .KeyBy(order => order.Customer)
            .Process(() => new Customers(teaLovers));

        quiet.Values().Union(quiet.SideOutput(teaLovers).Values()).To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }

    private sealed class Customers(Output<string> teaLovers) : KeyedProcess<string, Order, string>
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

        private MapState<string, int> _pieces = null!;
        private ValueState<DateTimeOffset> _newest = null!;

        public override void Open(ProcessStates<string, Order> states)
        {
            _pieces = states.Map<string, int>("pieces", timeToLive: TimeSpan.FromHours(8));
            _newest = states.Value<DateTimeOffset>("newest");
        }

        public override void OnRecord(in Record<Order> record, ProcessContext<string, string> context)
        {
            var order = record.Value;
            _pieces.Update(order.Item, out _) += order.Pieces;
            if (_pieces.TryGet("tea", out var tea) && tea >= 3) context.Emit(teaLovers, $"{context.Key} has bought {tea} of tea");
            _newest.Value = record.Time;
            context.SetTimer(record.Time + Patience);
        }

        public override void OnTimer(long timestamp, ProcessContext<string, string> context)
        {
            if (DateTimeOffset.FromUnixTimeMilliseconds(timestamp) == _newest.Value + Patience)
                context.Emit($"{context.Key} is quiet since {_newest.Value:HH:mm}");
        }
    }
}
