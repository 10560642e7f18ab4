using CsCheck;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>What a job shows of itself, and what its options change.</summary>
public sealed class OperationsTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Counts_the_time_of_its_steps_as_busy_and_the_rest_as_idle()
    {
        _log.Append("numbers", Enumerable.Range(0, 64));
        var pipeline = new Pipeline("busy");
        pipeline.From(Topic.Of<int>("numbers")).Select(x =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            return x;
        }).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, _log, clock: _clock);

        job.RunUntilIdle();

        var stage = Assert.Single(job.Status.Stages);
        Assert.Equal(("stage 1", 0), (stage.Name, stage.Worker));
        Assert.Equal(6.4, stage.BusyTime.TotalSeconds, 0.1);
        Assert.InRange(stage.Busy, 0.9, 1);
        for (var step = 0; step < 10_000; step++) job.Step();
        stage = Assert.Single(job.Status.Stages);
        Assert.Equal(0, stage.Busy);
        Assert.Equal(10, stage.IdleTime.TotalSeconds, 0.5);
        Assert.Equal(TimeSpan.Zero, stage.BackpressuredTime);
        job.Close();
    }

    [Fact]
    public void Gives_the_status_of_a_step_by_its_label()
    {
        var pipeline = new Pipeline("labels");
        pipeline.From(Source.Of([1, 2, 3], "numbers")).Where(x => x > 1).Where(x => x > 2).To(Sink.Memory<int>("kept"));
        var job = SimulatedJob.Start(pipeline, _log);
        job.Run();

        Assert.Equal((1, 1), (job.Status.Of("where").Filtered, job.Status.Of("where-2").Filtered));
        Assert.StartsWith(
            "No step is called 'were'. There are 'where', 'where-2', 'kept'.",
            Assert.Throws<ArgumentException>(() => job.Status.Of("were")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_stage_is_busy_and_those_before_it_are_backpressured()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append("numbers", Enumerable.Range(0, 20_000));
        using var reached = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var pipeline = new Pipeline("slow");
        var key = Enumerable.Range(0, 1000).First(k => new ShardMap(ShardSet.All, 2).WorkerOf(KeyCodec<int>.Default.Hash(k)) == 1);
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(_ => key).Process(() => new Waiter(reached, gate)).To(Sink.Memory<int>());
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 2, Time = _clock }, stop);

        try
        {
            reached.Wait(stop);
            Until(() => Longest(job, stage => stage.BackpressuredTime) >= 0.05,
                meanwhile: () => _clock.Advance(TimeSpan.FromMilliseconds(1)));
            _clock.Advance(TimeSpan.FromMinutes(2));
            Until(() => Longest(job, stage => stage.BackpressuredTime) >= 60);
            var reading = job.Status.Stages.MaxBy(stage => stage.BackpressuredTime)!;
            Assert.Contains("key-by", reading.Steps);
            Assert.InRange(reading.Backpressured, 0.5, 1);
            // one is at hand; the other worker's barrier may be among them
            Assert.InRange(job.Status.Stages.Max(stage => stage.QueuedBatches), 7, 9);
            Assert.Equal(0, reading.QueuedBatches);
        }
        finally
        {
            gate.Set(); // the worker waits there, and the job's end for the worker
        }

        Until(() => Longest(job, stage => stage.BusyTime) >= 60);
        var finding = Assert.Single(job.Diagnose().Findings, finding => finding.Kind == FindingKind.StageIsSlow);
        Assert.Contains("process", finding.Text, StringComparison.Ordinal);
        await job.CancelAsync().WaitAsync(stop);
    }

    private static void Until(Func<bool> isSo, Action? meanwhile = null)
        => Assert.True(SpinWait.SpinUntil(
            () =>
            {
                meanwhile?.Invoke();
                return isSo();
            },
            TimeSpan.FromSeconds(60)));

    [Fact]
    public void Shows_what_checkpoints_cost_and_what_each_step_holds()
    {
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("costs");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x % 10).LatestBy(x => x, name: "latest").Changes()
            .To(Sink.Memory<Change<int>>());
        var job = SimulatedJob.Start(pipeline, _log, workers: 2, clock: _clock);
        Assert.Null(job.Status.Checkpoints.SinceLast);
        job.RunUntilIdle();
        job.Checkpoint();
        var first = job.Status.Checkpoints;
        _log.Append("numbers", [1]);
        job.RunUntilIdle();
        job.Checkpoint();
        var second = job.Status.Checkpoints;
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((first.Bytes, first.Bytes), (first.LastBytes, first.BytesMax));
        Assert.Equal((second.Bytes - first.Bytes, first.LastBytes), (second.LastBytes, second.BytesMax));
        Assert.InRange(second.LastDuration.TotalMilliseconds, 1, 10_000); // each turn is a millisecond
        Assert.True(second.DurationMax >= second.LastDuration && second.DurationMax >= first.LastDuration);
        Assert.InRange(job.Status.Checkpoints.SinceLast!.Value.TotalSeconds, 10, 11);
        Assert.Equal(10, job.Status.Steps.Single(step => step.Name == "latest").StateEntries);
        Assert.Equal(10, job.Status.StateEntries);
        job.Close();
    }

    [Fact]
    public void Shows_records_per_second_of_the_last_seconds()
    {
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("rates");
        pipeline.From(Topic.Of<int>("numbers")).Where(x => x % 4 == 0).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, _log, clock: _clock);
        while (job.Status.RecordsRead < 1000) job.Step();

        var step = job.Status.Steps[0];
        Assert.Equal(step.InPerSecond / 4, step.EmittedPerSecond, 3);
        Assert.True(step.InPerSecond > 1000);
        for (var n = 0; n < 10_000; n++) job.Step();
        Assert.Equal((0, 0), (job.Status.Steps[0].InPerSecond, job.Status.Steps[0].EmittedPerSecond));
        job.Close();
    }

    [Fact]
    public void Shows_how_far_event_time_is_in_each_split()
    {
        Append(0, 1_000, 5_000);
        Append(1, 2_000);
        var pipeline = new Pipeline("time");
        pipeline.From(Topic.Of<long>("times")).WithEventTime(x => x, TimeSpan.FromSeconds(1), idleAfter: TimeSpan.FromSeconds(3))
            .To(Sink.Memory<long>());
        var job = SimulatedJob.Start(pipeline, _log, clock: _clock);

        job.RunUntilIdle();

        Assert.Equal(
            [(4_000L, false), (1_000L, false), (null, false)], job.Status.Splits.Select(split => (split.WatermarkMs, split.IsIdle)));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Append(1, 3_000);
        job.RunUntilIdle();
        Assert.Equal([(4_000L, true), (2_000L, false), (null, true)], job.Status.Splits.Select(split => (split.WatermarkMs, split.IsIdle)));
        job.Close();
    }

    [Fact]
    public void A_split_that_is_too_far_ahead_waits_until_the_others_have_come_or_are_idle()
    {
        Append(0, [.. Enumerable.Range(0, 1000).Select(n => n * 10L)]);
        Append(1, 0);
        var pipeline = new Pipeline("aligned");
        pipeline.From(Topic.Of<long>("times")).WithEventTime(x => x, idleAfter: TimeSpan.FromSeconds(30)).To(Sink.Memory<long>());
        var job = SimulatedJob.Start(
            pipeline, _log, clock: _clock, with: options => options with { MaxWatermarkDrift = TimeSpan.FromSeconds(1) });

        job.RunUntilIdle();
        Assert.InRange(job.Status.Splits[0].Read, 100, 200);
        Assert.True(job.Status.Splits[0].IsHeldBack);
        Assert.Contains(job.Diagnose().Findings, finding => (finding.Kind, finding.Where) == (FindingKind.SplitIsAhead, "times[0]"));

        Append(1, 5_000);
        job.RunUntilIdle();
        Assert.InRange(job.Status.Splits[0].Read, 600, 700);

        _clock.Advance(TimeSpan.FromSeconds(30));
        job.RunUntilIdle();
        Assert.Equal(1000, job.Status.Splits[0].Read);
        Assert.False(job.Status.Splits[0].IsHeldBack);
        job.Close();
    }

    [Fact]
    public void Holding_splits_back_never_changes_results_nor_ends_in_a_deadlock()
        => Gen.Select(Reading.Disordered(50), Gen.Int[1, 3], Gen.Int[0, 200]).Sample(
        (readings, workers, driftMs) =>
        {
            using var log = SimulatedJob.OpenLog();
            for (var part = 0; part < 3; part++) log.Append("readings", readings.Where((_, i) => i % (part + 2) == 0), part, partitions: 3);

            Assert.Equal(Run(log, "free", workers, null), Run(log, "aligned", workers, TimeSpan.FromMilliseconds(driftMs)));
            return true;
        },
        iter: 20);

    [Fact]
    public async Task Starts_a_job_again_after_an_error_that_may_pass_as_often_as_it_is_told()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append("numbers", Enumerable.Range(0, 100));
        var failures = 0;
        var results = Sink.Memory<int>();
        var pipeline = new Pipeline("transient") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd())
            .Select(x => x == 50 && failures++ < 2 ? throw new DataflowException("Busy.") { IsTransient = true } : x).To(results);
        var options = new JobOptions { Log = log, Workers = 2, Restarts = RestartPolicy.ExponentialDelay(1, TimeSpan.Zero) };

        await Assert.ThrowsAsync<OperatorException>(() => pipeline.RunAsync(options, stop));
        Assert.Equal(2, failures);
        failures = 0;
        await pipeline.RunAsync(options with { Restarts = RestartPolicy.ExponentialDelay(2, TimeSpan.Zero) }, stop);

        Assert.Equal(Enumerable.Range(0, 100), results.Committed);
        Assert.Empty(Topic.Of<DeadLetter>("transient.dead-letters").ReadAll(log));
    }

    [Fact]
    public void Restarts_wait_longer_each_time_and_never_for_errors_that_stay()
    {
        var passing = new DataflowException("Busy.") { IsTransient = true };
        var policy = RestartPolicy.ExponentialDelay(8, TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, null], Enumerable.Range(0, 9).Select(n => policy.DelayBefore(n, passing)?.TotalSeconds));
        Assert.Null(policy.DelayBefore(0, new DataflowException("Wrong.")));
        Assert.Null(policy.DelayBefore(0, new InvalidOperationException()));
        Assert.Null(RestartPolicy.Never.DelayBefore(0, passing));
        Assert.Throws<ArgumentOutOfRangeException>(() => RestartPolicy.ExponentialDelay(-1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JobOptions { MaxWatermarkDrift = TimeSpan.FromTicks(-1) });
    }

    private static double Longest(Job job, Func<StageStatus, TimeSpan> time) => job.Status.Stages.Max(stage => time(stage).TotalSeconds);

    private static IReadOnlyList<(string, long, long)> Run(LogStore log, string name, int workers, TimeSpan? drift)
    {
        var counts = Sink.Memory<(string, long, long)>();
        var pipeline = new Pipeline(name);
        pipeline.From(Topic.Of<Reading>("readings").StopAtEnd()).WithEventTime(r => r.TimeMs, TimeSpan.FromMilliseconds(100))
            .KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(100))).Aggregate(a => a.Count(), (key, window, n) => (key, window.StartMs, n))
            .To(counts);
        SimulatedJob.Start(pipeline, log, workers, with: options => options with { MaxWatermarkDrift = drift }).Run();
        return [.. counts.Committed.Order()];
    }

    private void Append(int partition, params long[] times) => _log.Append("times", times, partition, partitions: 3);

    private sealed class Waiter(ManualResetEventSlim reached, ManualResetEventSlim gate) : KeyedProcess<int, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<int, int> context)
        {
            if (record.Value > 5000) // until then it is so fast that much is sent to it
            {
                reached.Set();
                gate.Wait();
            }

            context.Emit(record.Value);
        }
    }
}
