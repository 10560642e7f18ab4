using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Processing;

public sealed class TimerTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Timers_given_as_dates_are_those_given_in_milliseconds()
    {
        var topic = Topic.Of<Reading>("dates", partitions: 1);
        using var driver = new PipelineDriver(() =>
        {
            var pipeline = new Pipeline("dates");
            pipeline.From(topic).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Process(() => new ByDates()).Values()
                .To(Topic.Of<string>("fired"));
            return pipeline;
        });

        driver.Feed(topic, new Reading("a", 1_000, 0), new Reading("b", 20_000, 0));
        Assert.Equal(["2000"], driver.Read(Topic.Of<string>("fired")));
        driver.Advance(TimeSpan.FromMilliseconds(4_000));

        Assert.Equal(["2000", "after 3000", "after 3000"], driver.Read(Topic.Of<string>("fired")));
    }

    [Fact]
    public void A_processing_timer_fires_when_the_clock_is_there()
    {
        var fired = Sink.Memory<string>();
        _log.Append("readings", [new Reading("a", 1, 5000), new Reading("b", 2, 9000)]);
        var job = SimulatedJob.Start(ByClock(fired), _log, workers: 2, clock: _clock);
        job.RunUntilIdle();
        Assert.Empty(Committed(job, fired));

        _clock.Advance(TimeSpan.FromSeconds(6));
        job.RunUntilIdle();
        Assert.Equal(["a after 5000"], Committed(job, fired));

        _clock.Advance(TimeSpan.FromSeconds(6));
        job.RunUntilIdle();
        Assert.Equal(["a after 5000", "b after 9000"], Committed(job, fired));
        job.Close();
    }

    [Fact]
    public void A_processing_timer_survives_a_restart_and_fires_late()
    {
        var fired = Sink.Memory<string>();
        _log.Append("readings", [new Reading("a", 1, 5000)]);
        var job = SimulatedJob.Start(ByClock(fired), _log, workers: 2, clock: _clock);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        _clock.Advance(TimeSpan.FromDays(1));
        job = SimulatedJob.Start(ByClock(fired), _log, workers: 1, clock: _clock);
        job.RunUntilIdle();

        Assert.Equal(["a after 5000"], Committed(job, fired));
        job.Close();
    }

    [Fact]
    public async Task A_parked_worker_is_woken_by_a_processing_timer()
    {
        var fired = new TaskCompletionSource();
        _log.Append("readings", [new Reading("a", 1, 5)]);
        var pipeline = new Pipeline("clock");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor)
            .Process(() => new AfterValue())
            .Select(x =>
            {
                fired.TrySetResult();
                return x;
            })
            .To(Sink.Memory<string>());
        await using var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 1 }, TestContext.Current.CancellationToken);

        await fired.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_alarm_that_comes_early_is_set_again()
    {
        var fired = new TaskCompletionSource();
        var clock = new EarlyClock(_clock);
        _log.Append("readings", [new Reading("a", 1, 5000)]);
        var pipeline = new Pipeline("clock");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor).Process(() => new AfterValue())
            .Where(_ => fired.TrySetResult()).To(Sink.Memory<string>());
        var options = new JobOptions { Log = _log, Workers = 1, Time = clock, CheckpointInterval = TimeSpan.FromHours(1) };
        await using var job = await pipeline.StartAsync(options, TestContext.Current.CancellationToken);

        Until(() => clock.Alarms == 1);
        _clock.Advance(TimeSpan.FromMilliseconds(4998)); // it rings, but the time has not come
        Until(() => clock.Alarms == 2);
        _clock.Advance(TimeSpan.FromMilliseconds(2));

        await fired.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_timer_that_is_set_behind_the_watermark_fires_though_nothing_comes_after_it()
    {
        var topic = Topic.Of<Reading>("readings", partitions: 1);
        using var driver = new PipelineDriver(() =>
        {
            var pipeline = new Pipeline("behind");
            pipeline.From(topic).WithEventTime(r => r.TimeMs, idleAfter: TimeSpan.FromDays(1)).KeyBy(r => r.Sensor)
                .Process(() => new SetsAtOnce()).Values().To(Topic.Of<string>("fired"));
            return pipeline;
        });

        driver.Feed(topic, new Reading("a", 100, 99));
        Assert.Equal(["a 99"], driver.Read(Topic.Of<string>("fired")));
        driver.Feed(topic, new Reading("b", 100, 100));
        Assert.Equal(["a 99"], driver.Read(Topic.Of<string>("fired")));
    }

    [Fact]
    public void A_letter_of_a_timer_names_its_time_and_the_timer_is_gone()
    {
        _log.Append("readings", [new Reading("a", 1, 5_000)]);
        var pipeline = new Pipeline("clock") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor).Process(() => new Fails()).To(Sink.Memory<string>());
        var job = SimulatedJob.Start(pipeline, _log, clock: _clock);
        job.RunUntilIdle();
        var due = _clock.GetUtcNow().AddMilliseconds(5_000);
        _clock.Advance(TimeSpan.FromDays(1));
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        Assert.Equal(
            [$"Processing timer of {due:yyyy-MM-dd'T'HH:mm:ss.FFF'Z'}: No."],
            Topic.Of<DeadLetter>("clock.dead-letters").ReadAll(_log).Select(letter => letter.Reason));
    }

    [Fact]
    public void A_deleted_timer_does_not_fire_unless_it_is_set_again()
    {
        var fired = Harness.Run(
            [new Reading("a", 0, 10), new Reading("a", 1, -10), new Reading("a", 2, 20), new Reading("b", 3, 30), new Reading("b", 4, -30),
                new Reading("b", 5, 30)],
            s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Process(() => new SetsAndDeletes()));

        Assert.Equal(["a 20", "b 30"], fired);
    }

    [Fact]
    public void Many_deleted_timers_do_not_pile_up()
    {
        Reading[] readings = [
            .. Enumerable.Range(1, 2000).SelectMany(i => new[] { new Reading("a", i, 5000 + i), new Reading("a", i, -5000 - i) })];
        var fired = Harness.Run(
            [.. readings, new Reading("a", 3000, 9000)],
            s => s.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor).Process(() => new SetsAndDeletes()));

        Assert.Equal(["a 9000"], fired);
    }

    [Fact]
    public void At_the_end_of_the_input_a_timer_may_set_itself_again_once()
    {
        var pipeline = new Pipeline("end");
        var fired = Sink.Memory<long>();
        pipeline.From(Source.Of([new Reading("a", 0, 1), new Reading("a", 95, 1)])).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Process(() => new EveryTen()).To(fired);
        var job = SimulatedJob.Start(pipeline, _log);
        job.Run();

        Assert.Equal([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110], fired.Committed);
        Assert.Equal(1, job.Status.Steps.Single(s => s.Name == "process").DroppedTimers);
    }

    [Fact]
    public void At_the_end_of_the_input_processing_timers_are_dropped_and_counted()
    {
        var pipeline = new Pipeline("end");
        var fired = Sink.Memory<string>();
        pipeline.From(Source.Of([new Reading("a", 0, 3_600_000), new Reading("b", 95, 3_600_000)])).KeyBy(r => r.Sensor)
            .Process(() => new AfterValue()).To(fired);
        var job = SimulatedJob.Start(pipeline, _log, workers: 2);
        job.Run();

        Assert.Empty(fired.Committed);
        Assert.Equal(2, job.Status.Steps.Single(s => s.Name == "process").DroppedTimers);
    }

    private static Pipeline ByClock(MemorySink<string> fired)
    {
        var pipeline = new Pipeline("clock");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(r => r.Sensor).Process(() => new AfterValue()).To(fired);
        return pipeline;
    }

    private static IReadOnlyList<string> Committed(SimulatedJob job, MemorySink<string> sink)
    {
        job.Checkpoint();
        return sink.Committed;
    }

    private static void Until(Func<bool> isSo) => Assert.True(SpinWait.SpinUntil(isSo, TimeSpan.FromSeconds(20)));

    /// <summary>The clock, but its first alarm rings two milliseconds early.</summary>
    private sealed class EarlyClock(SimulatedClock clock) : TimeProvider
    {
        private int _alarms;

        public int Alarms => Volatile.Read(ref _alarms);

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => new Alarm(this, clock.CreateTimer(callback, state, dueTime, period));

        private sealed class Alarm(EarlyClock clock, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
                => timer.Change(Interlocked.Increment(ref clock._alarms) == 1 ? dueTime - TimeSpan.FromMilliseconds(2) : dueTime, period);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }

    private sealed class AfterValue : KeyedProcess<string, Reading, long, string>
    {
        public override void OnRecord(in Record<Reading> record, ref long state, ProcessContext<string, string> context)
        {
            state = record.Value.Value;
            context.SetProcessingTimer(context.ProcessingTime + state);
        }

        public override void OnProcessingTimer(long timestamp, ref long state, ProcessContext<string, string> context)
        {
            Assert.True(context.ProcessingTime >= timestamp);
            context.Emit($"{context.Key} after {state}");
        }
    }

    private sealed class Fails : KeyedProcess<string, Reading, int, string>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, string> context)
            => context.SetProcessingTimer(context.ProcessingTime + record.Value.Value);

        public override void OnProcessingTimer(long timestamp, ref int state, ProcessContext<string, string> context)
            => throw new InvalidOperationException("No.");
    }

    private sealed class SetsAtOnce : KeyedProcess<string, Reading, int, string>
    {
        public override bool InTimeOrder => false;

        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, string> context)
            => context.SetTimer(record.Value.Value);

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key} {timestamp}");
    }

    private sealed class SetsAndDeletes : KeyedProcess<string, Reading, int, string>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, string> context)
        {
            if (record.Value.Value > 0) context.SetTimer(record.Value.Value);
            else context.DeleteTimer(-record.Value.Value);
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key} {timestamp}");
    }

    private sealed class EveryTen : KeyedProcess<string, Reading, bool, long>
    {
        public override void OnRecord(in Record<Reading> record, ref bool state, ProcessContext<string, long> context)
        {
            if (!state) context.SetTimer(record.Timestamp + 10);
            state = true;
        }

        public override void OnTimer(long timestamp, ref bool state, ProcessContext<string, long> context)
        {
            context.Emit(timestamp);
            context.SetTimer(timestamp + 10);
        }
    }

    private sealed class ByDates : KeyedProcess<string, Reading, string>
    {
        private static readonly DateTimeOffset ByClock = DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(3);

        public override void OnRecord(in Record<Reading> record, ProcessContext<string, string> context)
        {
            context.SetTimer(record.Time + TimeSpan.FromSeconds(1));
            context.SetTimer(record.Time + TimeSpan.FromSeconds(2));
            context.DeleteTimer(record.Time + TimeSpan.FromSeconds(2));
            context.SetProcessingTimer(ByClock);
            context.SetProcessingTimer(ByClock + TimeSpan.FromMilliseconds(500));
            context.DeleteProcessingTimer(ByClock + TimeSpan.FromMilliseconds(500));
        }

        public override void OnTimer(long timestamp, ProcessContext<string, string> context) => context.Emit($"{timestamp}");

        public override void OnProcessingTimer(long timestamp, ProcessContext<string, string> context)
            => context.Emit($"after {timestamp - ByClock.ToUnixTimeMilliseconds() + 3_000}");
    }
}
