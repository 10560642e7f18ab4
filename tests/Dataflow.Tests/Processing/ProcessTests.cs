using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Processing;

public sealed class ProcessTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Keeps_state_for_each_key()
        => Gen.Select(Gen.Int[0, 5].Array[0, 300], Gen.Int[1, 3]).Sample(
            (keys, workers) =>
            {
                var counts = Harness.Run(
                    keys, s => s.KeyBy(k => k).Process(() => new RunningCount<int, int>()).Pairs, workers);
                foreach (var key in keys.GroupBy(k => k))
                    Assert.Equal(
                        Enumerable.Range(1, key.Count()).Select(n => (long)n), counts.Where(c => c.Key == key.Key).Select(c => c.Value));
            },
            iter: 40);

    [Fact]
    public void Fires_timers_in_the_order_of_their_times_once_the_watermark_is_there()
        => Gen.Select(Reading.Disordered(50), Gen.Int[1, 3]).Sample(
            (readings, workers) =>
            {
                var fired = Harness.Run(
                    readings,
                    s => s.WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMilliseconds(50)).KeyBy(r => r.Sensor)
                        .Process(() => new TimerAtValue()).Pairs,
                    workers);
                foreach (var sensor in readings.GroupBy(r => r.Sensor))
                {
                    Assert.Equal(
                        sensor.Select(r => r.TimeMs + Math.Abs(r.Value)).Distinct().Order(),
                        fired.Where(f => f.Key == sensor.Key).Select(f => f.Value));
                }
            },
            iter: 40);

    [Fact]
    public void A_timer_waits_for_the_watermark_and_sees_it()
    {
        _log.Append("readings", [new Reading("a", 10, 5)]);
        var fired = Sink.Memory<long>();
        var job = SimulatedJob.Start(Timers(fired), _log);
        job.RunUntilIdle();
        job.Checkpoint();
        Assert.Empty(fired.Committed);

        _log.Append("readings", [new Reading("b", 15, 0), new Reading("c", 16, 1)]);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal([15, 15], fired.Committed);
        job.Close();
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public void Timers_set_before_a_restart_fire_after_it(int before, int after)
    {
        var fired = Sink.Memory<long>();
        _log.Append("readings", Enumerable.Range(0, 30).Select(i => new Reading($"s{i}", 0, 100 + i)));
        var job = SimulatedJob.Start(Timers(fired), _log, before);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        _log.Append("readings", [new Reading("later", 121, 1000)]);
        job = SimulatedJob.Start(Timers(fired), _log, after);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(Enumerable.Range(100, 21).Select(t => (long)t), fired.Committed.Order());
        job.Close();
    }

    [Fact]
    public void Clearing_the_state_forgets_the_key()
    {
        var counts = Harness.Run(
            [1, 1, 0, 1, 1], s => s.KeyBy(_ => "all").Process(() => new CountUntilZero()));

        Assert.Equal([1, 2, -1, 1, 2], counts);
    }

    [Fact]
    public void Clearing_the_state_gives_its_memory_back_also_when_timers_follow()
    {
        _log.Append("readings", [new Reading("a", 0, 7), new Reading("a", 1, 0), new Reading("b", 50, 90)]);
        var pipeline = new Pipeline("process");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Process(() => new ClearsOnZero()).To(Sink.Memory<long>());
        var job = SimulatedJob.Start(pipeline, _log);

        job.RunUntilIdle();

        Assert.Equal(2, job.Status.StateEntries); // the state and the timer of b
        job.Close();
    }

    [Fact]
    public void State_of_references_survives_a_restart()
    {
        var words = Sink.Memory<string>();
        _log.Append("words", ["to", "be", "or"]);
        RunOn(words, workers: 2);

        _log.Append("words", ["not"]);
        RunOn(words, workers: 1);

        Assert.Equal(["to", "to be", "to be or", "to be or not"], words.Committed);
    }

    private void RunOn(MemorySink<string> words, int workers)
    {
        var pipeline = new Pipeline("words");
        pipeline.From(Topic.Of<string>("words")).KeyBy(_ => "all").Process(() => new Sentence()).To(words);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private static Pipeline Timers(MemorySink<long> fired)
    {
        var pipeline = new Pipeline("timers");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Process(() => new TimerAtValue()).To(fired);
        return pipeline;
    }

    /// <summary>Sets a timer as many milliseconds after each record as its value says, and gives the times that fire.</summary>
    private sealed class TimerAtValue : KeyedProcess<string, Reading, int, long>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, long> context)
        {
            context.SetTimer(record.Timestamp + Math.Abs(record.Value.Value));
            context.SetTimer(record.Timestamp + Math.Abs(record.Value.Value)); // the same time twice is one timer
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, long> context)
        {
            Assert.True(context.Watermark >= timestamp);
            context.Emit(timestamp);
        }
    }

    private sealed class CountUntilZero : KeyedProcess<string, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<string, int> context)
        {
            context.Emit(record.Value == 0 ? -1 : ++state);
            if (record.Value == 0) context.ClearState();
        }
    }

    private sealed class ClearsOnZero : KeyedProcess<string, Reading, int, long>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, long> context)
        {
            if (record.Value.Value == 0) context.ClearState();
            else context.SetTimer(record.Timestamp + record.Value.Value);
        }
    }

    private sealed class Sentence : KeyedProcess<string, string, List<string>?, string>
    {
        public override void OnRecord(in Record<string> record, ref List<string>? state, ProcessContext<string, string> context)
        {
            (state ??= []).Add(record.Value);
            context.Emit(string.Join(' ', state));
        }
    }
}
