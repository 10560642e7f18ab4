using Dataflow.Planning;
using Dataflow.Runtime;

namespace Dataflow.Tests.Runtime;

/// <summary>The channels between workers, driven by hand.</summary>
public sealed class ExchangeTests : IDisposable
{
    private const int Batch = Exchange<int>.BatchRecords;
    private const int InFlight = 8;

    private readonly Worker[] _workers = [new(0, new()), new(1, new())];
    private readonly Exchange<int> _exchange;
    private readonly ExchangeWriter<int>[] _writers;
    private readonly Collector _collected = new();
    private readonly ExchangeInput<int> _input;

    public ExchangeTests()
    {
        _exchange = new Exchange<int>(_workers);
        Pace(TimeSpan.Zero);
        _writers = [new(_exchange, new FixedRouter<int>(0), 0), new(_exchange, new FixedRouter<int>(0), 1)];
        var node = new Pipeline("exchange").From(Source.Of(1, 2)).Node;
        _input = new ExchangeInput<int>(
            node, _exchange, 0, _collected, new Turn(TimeProvider.System, TimeSpan.MaxValue), (error, _) => error,
            static () => { });
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
    }

    [Fact]
    public void Takes_only_so_much_before_it_holds_its_writer_back()
    {
        Write(_writers[0], Batch * InFlight);
        Assert.False(_writers[0].HasOverflow);

        Write(_writers[0], Batch);
        Assert.True(_writers[0].HasOverflow);
        Assert.False(_writers[0].SendOverflow());

        Assert.True(_input.Step(0));
        Assert.True(_writers[0].SendOverflow());
        Assert.False(_writers[0].HasOverflow);
        ReadAll();
        Assert.Equal(Enumerable.Range(0, Batch * InFlight).Concat(Enumerable.Range(0, Batch)), _collected.Values);
    }

    [Fact]
    public void Holds_as_much_as_its_reader_handles_in_a_few_hundredths_of_a_second()
    {
        Pace(TimeSpan.FromMicroseconds(100));
        Assert.Equal(InFlight * 25, Room()); // 40 ms from two workers, in batches
        _exchange.Pace(0, records: 1, TimeSpan.FromSeconds(1));
        Assert.Equal(InFlight * 12, Room()); // one pause is no pace
        Pace(TimeSpan.FromMilliseconds(20));
        Assert.Equal(1, Room());
    }

    /// <summary>Lets the reader take that long for a record, for long enough to be believed.</summary>
    private void Pace(TimeSpan ofRecord)
    {
        for (var i = 0; i < 20; i++) _exchange.Pace(0, records: 1, ofRecord);
    }

    private int Room()
    {
        var before = _collected.Values.Count;
        while (!_writers[0].HasOverflow) Write(_writers[0], 1);
        while (_input.Step(0)) ;
        var room = _collected.Values.Count - before;
        while (_writers[0].SendOverflow()) while (_input.Step(0)) ;
        return room;
    }

    [Fact]
    public void Records_wait_for_a_flush_until_their_batch_is_full()
    {
        Write(_writers[0], 3);
        Assert.False(_input.Step(0));

        _writers[0].Flush();

        Assert.True(_input.Step(0));
        Assert.Equal([0, 1, 2], _collected.Values);
        _writers[0].Flush();
        Assert.False(_input.Step(0));
    }

    [Fact]
    public void The_watermark_is_the_least_of_all_workers()
    {
        Advance(_writers[0], 10);
        Assert.Empty(_collected.Watermarks);
        Advance(_writers[1], 5);
        Advance(_writers[1], 30);
        Advance(_writers[0], 20);

        Assert.Equal([5, 10, 20], _collected.Watermarks);
        Advance(_writers[0], long.MaxValue);
        Assert.False(_input.IsEnded);
        Advance(_writers[1], long.MaxValue);
        Assert.True(_input.IsEnded);
    }

    [Fact]
    public void What_follows_a_barrier_waits_until_all_barriers_are_there()
    {
        Write(_writers[0], 1);
        _writers[0].SendBarrier(1);
        Write(_writers[0], 2);
        _writers[0].Flush();
        ReadAll();
        Assert.Equal([0], _collected.Values);
        Assert.False(_input.IsAtBarrier(1));

        Write(_writers[1], 3);
        _writers[1].SendBarrier(1);
        ReadAll();
        Assert.True(_input.IsAtBarrier(1));
        Assert.Equal([0, 0, 1, 2], _collected.Values);

        while (_input.Step(epoch: 1))
        {
        }

        Assert.Equal([0, 0, 1, 2, 0, 1], _collected.Values);
    }

    [Fact]
    public void A_worker_whose_input_has_ended_holds_no_barrier_up()
    {
        Advance(_writers[0], long.MaxValue);
        _writers[1].SendBarrier(1);
        ReadAll();

        Assert.True(_input.IsAtBarrier(1));
    }

    private void ReadAll()
    {
        while (_input.Step(epoch: 0))
        {
            _input.Tell();
            _writers[0].SendOverflow();
        }
    }

    private void Advance(ExchangeWriter<int> writer, long watermark)
    {
        writer.Advance(watermark);
        writer.Flush();
        ReadAll();
    }

    private static void Write(ExchangeWriter<int> writer, int count)
    {
        for (var i = 0; i < count; i++) writer.Process(new Record<int>(i, 0, default));
    }

    private sealed class Collector : Operator<int>
    {
        public List<int> Values { get; } = [];

        public List<long> Watermarks { get; } = [];

        public override void Process(in Record<int> record) => Values.Add(record.Value);

        public override void Advance(long watermark) => Watermarks.Add(watermark);
    }
}
