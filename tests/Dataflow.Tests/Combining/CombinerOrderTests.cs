using Dataflow.Combining;
using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;
using Dataflow.Windows;

namespace Dataflow.Tests.Combining;

/// <summary>In which order values, their aggregates and the watermark leave a stage: driven by hand.</summary>
public sealed class CombinerOrderTests : IDisposable
{
    private const long Watermark = 100;

    private readonly Worker[] _workers = [new(0, new()), new(1, new())];
    private readonly Collector _collected = new();
    private readonly ExchangeInput<Keyed<int, Part<long, long>>> _input;
    private readonly ExchangeWriter<Keyed<int, Part<long, long>>> _other;
    private readonly Combiner<int, long, long, long> _combiner;

    public CombinerOrderTests()
    {
        var exchange = new Exchange<Keyed<int, Part<long, long>>>(_workers);
        for (var i = 0; i < 20; i++) exchange.Pace(0, records: 1, TimeSpan.Zero);
        var toFirst = new FixedRouter<Keyed<int, Part<long, long>>>(0);
        var node = new Pipeline("parts").From(Source.Of(1, 2)).Node;
        _input = new(
            node, exchange, 0, _collected, new Turn(TimeProvider.System, TimeSpan.MaxValue), (error, _) => error, static () => { });
        _other = new(exchange, toFirst, 1);
        _combiner = new(
            new(exchange, toFirst, 0), new CountAggregation<long>(), (AlignedWindows)Tumbling.Every(TimeSpan.FromMilliseconds(10)));
        _combiner.DeclareTo(new StepDeclaration("combiner", new Changes(), keepsRejected: false, new StepOutputs([])));
        _other.Advance(long.MaxValue);
        _other.Flush();
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
    }

    [Fact]
    public void The_watermark_does_not_overtake_the_aggregates_of_what_came_before_it()
    {
        for (var key = 0; key < 3_000; key++) Process(key, time: 5);
        _combiner.Advance(Watermark);

        _combiner.Flush();
        ReadAll();

        Assert.Equal(3_000, _collected.Parts.Count);
        Assert.Equal(3_000, _collected.PartsBefore(Watermark));
    }

    [Fact]
    public void A_late_value_goes_as_it_is_behind_what_came_before_it()
    {
        Process(key: 1, time: 5);
        Process(key: 1, time: 6);
        _combiner.Advance(Watermark);
        Process(key: 1, time: 7);
        Process(key: 1, time: 101);

        _combiner.Flush();
        ReadAll();

        Assert.Equal([(false, 2, 6), (true, 0, 7), (false, 1, 101)], _collected.Parts);
    }

    [Fact]
    public void Values_of_a_key_in_two_panes_are_two_aggregates()
    {
        Process(key: 1, time: 9);
        Process(key: 1, time: 10);
        Process(key: 1, time: 8);

        _combiner.Flush();
        ReadAll();

        Assert.Equal([(false, 2, 9), (false, 1, 10)], _collected.Parts);
    }

    [Fact]
    public void A_barrier_comes_behind_what_was_read_before_it()
    {
        Process(key: 1, time: 5);

        _combiner.SendBarrier(epoch: 1);
        _input.Step(epoch: 0);

        Assert.True(_input.IsAtBarrier(1));
        Assert.Single(_collected.Parts);
    }

    private void Process(int key, long time) => _combiner.Process(new Record<Keyed<int, long>>(new(key, 0), time, default));

    private void ReadAll()
    {
        while (_input.Step(0)) _input.Tell();
    }

    private sealed class Collector : Operator<Keyed<int, Part<long, long>>>
    {
        private readonly Dictionary<long, int> _before = [];

        public List<(bool IsValue, long Count, long Time)> Parts { get; } = [];

        public int PartsBefore(long watermark) => _before[watermark];

        public override void Process(in Record<Keyed<int, Part<long, long>>> record)
            => Parts.Add((record.Value.Value.IsValue, record.Value.Value.Count, record.Timestamp));

        public override void Advance(long watermark) => _before[watermark] = Parts.Count;
    }
}
