using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>The ways to end a job, and what is left for the next one.</summary>
public sealed class DrainTests
{
    private static readonly Gen<Reading[]> Readings = Reading.Disordered(100);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_drained_job_counts_all_that_it_has_read_and_closes_every_window(int workers)
        => Gen.Select(Readings, Gen.Int[0, 30]).Sample(
        (readings, steps) =>
        {
            using var log = Filled(readings);
            var job = SimulatedJob.Start(Counting(out var counts), log, workers, seed: steps);
            for (var step = 0; step < steps; step++) job.Step();
            if (steps % 3 == 0) job.Begin(); // a checkpoint is under way

            job.Drain();
            job.Run();

            Assert.Equal(job.Status.RecordsRead - job.Status.Steps.Sum(step => step.Late), counts.Committed.Sum(count => count.Count));
            Assert.All(job.Status.Splits, split => Assert.False(split.IsFinished && split.Lag > 0));
            return true;
        },
        iter: 10);

    [Fact]
    public void A_drained_job_has_ended_for_good_and_is_not_started_where_its_input_goes_on()
    {
        using var log = Filled([new("a", 1, 1)]);
        var job = SimulatedJob.Start(Counting(out var counts), log);
        job.RunUntilIdle();
        job.Drain();
        job.Run();
        Assert.Equal(1, Assert.Single(counts.Committed).Count);
        log.Append("readings", [new Reading("a", 2, 1)], partition: 0, partitions: 2);

        Assert.Contains(
            "Source 'readings' has no end now, and 1 record that was not read.",
            Assert.Throws<CheckpointException>(() => SimulatedJob.Start(Counting(out _), log)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_crashes_while_it_is_drained_goes_on_as_if_it_had_not_been()
    {
        using var log = Filled([new("a", 1, 1)]);
        var pipeline = Counting(out var counts);
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Drain();
        job.Step();
        job.Close();
        log.Append("readings", [new Reading("a", 2, 1)], partition: 0, partitions: 2);

        job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Drain();
        job.Run();

        Assert.Equal(2, Assert.Single(counts.Committed).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_drain_outlasts_an_error_that_may_pass_and_ends_where_the_last_checkpoint_is(bool isAskedBetweenRuns)
    {
        var stop = TestContext.Current.CancellationToken;
        using var log = Filled([new("a", 1, 1), new("a", 2, 1)]);
        var (pipeline, counts, fails) = (new Pipeline("drained"), Sink.Memory<long>(), false);
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs, TimeSpan.FromSeconds(1))
            .Where(_ => !isAskedBetweenRuns || Passes()).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1))).Aggregate(a => a.Count(), (_, _, count) => count)
            .Where(_ => Passes()).To(counts);
        var restarts = RestartPolicy.ExponentialDelay(1, TimeSpan.FromSeconds(isAskedBetweenRuns ? 1 : 0));
        var options = new JobOptions { Log = log, Workers = 1, CheckpointInterval = TimeSpan.FromHours(1), Restarts = restarts };
        await using (var before = await pipeline.StartAsync(options, stop))
        {
            while (before.Status.RecordsRead < 2) await Task.Yield();
            await before.StopAsync(stop);
        }

        fails = true;
        log.Append("readings", [new Reading("a", 3, 1)], partition: 0, partitions: 2);
        await using var job = await pipeline.StartAsync(options, stop);
        while (isAskedBetweenRuns && job.State != JobState.Restarting) await Task.Yield();
        await job.DrainAsync(stop);

        Assert.Equal((JobState.Finished, 1), (job.State, job.Status.Restarts));
        Assert.Equal([2], counts.Committed);

        bool Passes()
            => !Interlocked.Exchange(ref fails, false) ? true : throw new DataflowException("This may pass.") { IsTransient = true };
    }

    [Fact]
    public async Task Its_state_says_how_a_job_ends()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append("readings", [new Reading("a", 1, 1)], partition: 0, partitions: 2);
        var options = new JobOptions { Log = log, Workers = 2 };

        await using var cancelled = await Counting(out _).StartAsync(options, stop);
        Assert.Equal(JobState.Running, cancelled.State);
        await cancelled.CancelAsync().WaitAsync(stop);
        Assert.Equal(JobState.Cancelled, cancelled.State);

        await using var stopped = await Counting(out _).StartAsync(options, stop);
        var stopping = stopped.StopAsync(TestContext.Current.CancellationToken);
        Assert.Contains(stopped.State, new[] { JobState.Stopping, JobState.Stopped });
        await stopping.WaitAsync(stop);
        Assert.Equal(JobState.Stopped, stopped.State);

        await using var drained = await Counting(out _).StartAsync(options, stop);
        var draining = drained.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Contains(drained.State, new[] { JobState.Draining, JobState.Finished });
        await draining.WaitAsync(stop);
        Assert.Equal(JobState.Finished, drained.State);

        var pipeline = new Pipeline("bad");
        pipeline.From(Source.Of([1])).Where(_ => throw new InvalidOperationException("No.")).To(Sink.Memory<int>());
        await using var failed = await pipeline.StartAsync(options, stop);
        await Assert.ThrowsAsync<OperatorException>(() => failed.Completion.WaitAsync(stop));
        Assert.Equal(JobState.Failed, failed.State);
        Assert.Equal(JobState.Failed, failed.Status.State);
        Assert.StartsWith(
            "The job has failed: Operator 'where' failed on memory@0: No.", failed.Diagnose().ToString(), StringComparison.Ordinal);
    }

    private static LogStore Filled(Reading[] readings)
    {
        var log = SimulatedJob.OpenLog();
        log.Append("readings", readings[..(readings.Length / 2)], partition: 0, partitions: 2);
        log.Append("readings", readings[(readings.Length / 2)..], partition: 1, partitions: 2);
        return log;
    }

    private static Pipeline Counting(out MemorySink<(string Sensor, long Count)> counts)
    {
        counts = Sink.Memory<(string Sensor, long Count)>();
        var pipeline = new Pipeline("drained");
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs, TimeSpan.FromSeconds(1)).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1))).Aggregate(a => a.Count(), (sensor, _, n) => (sensor, n)).To(counts);
        return pipeline;
    }
}
