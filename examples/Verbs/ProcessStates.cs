using Dataflow;

namespace Verbs;

/// <summary>A value, a list, a map and an aggregate for each key.</summary>
internal static class ProcessStatesExample
{
    public static async Task RunAsync()
    {
        Order[] input = [new(0, "ada", "tea", 2), new(1, "ada", "cups", 1), new(200, "ada", "tea", 4)];
        var pipeline = new Pipeline("process-states");
        pipeline.From(Source.Of(input))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer)
            .Process(() => new Profiles())
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }

    private sealed class Profiles : KeyedProcess<string, Order, string>
    {
        private ValueState<DateTimeOffset> _first = null!;
        private ListState<string> _lastTwo = null!;
        private MapState<string, int> _pieces = null!;
        private ReducingState<Order, double> _mean = null!;

        public override void Open(ProcessStates<string, Order> states)
        {
            _first = states.Value<DateTimeOffset>("first");
            _lastTwo = states.List<string>("last-two");
            _pieces = states.Map<string, int>("pieces", timeToLive: TimeSpan.FromHours(1));
            _mean = states.Reducing("mean", a => a.Mean(order => order.Pieces));
        }

        public override void OnRecord(in Record<Order> record, ProcessContext<string, string> context)
        {
            var order = record.Value;
            if (!_first.TryGet(out var first)) first = _first.Value = order.Time;
            if (_lastTwo.Count == 2) _lastTwo.RemoveFirst();
            _lastTwo.Add(order.Item);
            _pieces.Update(order.Item, out _) += order.Pieces;
            _mean.Add(order);

            _mean.TryGet(out var mean);
            _pieces.TryGet("tea", out var tea); // what is older than an hour is forgotten
            context.Emit($"{order.Time:HH:mm}, since {first:HH:mm}: {_lastTwo[0]}, {_lastTwo[^1]}; tea {tea}, mean {mean:0.0}");
        }
    }
}
