using System.Collections.Concurrent;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Jobs on their own threads. What a test waits for is an event of the job, never time.</summary>
public sealed class JobTests : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly BlockingCollection<int> _seen = [];

    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken);

    public JobTests() => _limit.CancelAfter(TimeSpan.FromMinutes(1));

    /// <summary>Triggered when the test is to stop, and after a minute: a job that hangs is to fail its test.</summary>
    private CancellationToken Stop => _limit.Token;

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _seen.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Stopping_takes_a_last_checkpoint_and_tells_the_sinks(int workers)
    {
        _log.Append("numbers", Enumerable.Range(0, 3000));
        var results = Sink.Memory<int>();
        await using var job = await Numbers(results).StartAsync(Options(workers), Stop);
        for (var n = 0; n < 3000; n++) _seen.Take(Stop);

        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Stop);

        Assert.Equal(Enumerable.Range(0, 3000), results.Committed);
        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Stop);
    }

    [Fact]
    public async Task Wakes_up_for_what_is_appended_later()
    {
        _log.Append("numbers", [0]);
        var results = Sink.Memory<int>();
        await using var job = await Numbers(results).StartAsync(Options(workers: 2), Stop);
        for (var n = 1; n < 20; n++)
        {
            Assert.Equal(n - 1, _seen.Take(Stop));
            _log.Append("numbers", [n]);
        }

        Assert.Equal(19, _seen.Take(Stop));
        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Stop);
        Assert.Equal(Enumerable.Range(0, 20), results.Committed);
    }

    [Fact]
    public async Task Disposing_stops_without_a_checkpoint_and_the_next_job_does_it_again()
    {
        _log.Append("numbers", Enumerable.Range(0, 100));
        var results = Sink.Memory<int>();
        var job = await Numbers(results).StartAsync(Options(workers: 2), Stop);
        for (var n = 0; n < 100; n++) _seen.Take(Stop);

        await job.DisposeAsync();
        await job.DisposeAsync();
        await job.Completion.WaitAsync(Stop);
        Assert.Empty(results.Committed);

        await using var again = await Numbers(results).StartAsync(Options(workers: 2), Stop);
        for (var n = 0; n < 100; n++) _seen.Take(Stop);
        await again.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Stop);
        Assert.Equal(Enumerable.Range(0, 100), results.Committed);
    }

    [Fact]
    public async Task Running_until_stopped_from_outside_takes_a_last_checkpoint()
    {
        _log.Append("numbers", [1, 2, 3]);
        var results = Sink.Memory<int>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var run = Numbers(results).RunAsync(Options(workers: 1), stop.Token);
        for (var n = 0; n < 3; n++) _seen.Take(Stop);

        await stop.CancelAsync();

        await run.WaitAsync(Stop);
        Assert.Equal([1, 2, 3], results.Committed);
    }

    [Fact]
    public async Task A_run_that_is_stopped_before_it_began_completes_without_an_error()
        => await Numbers(Sink.Memory<int>()).RunAsync(Options(workers: 1), new CancellationToken(canceled: true)).WaitAsync(Stop);

    [Fact]
    public async Task The_token_that_a_job_was_started_with_takes_a_last_checkpoint_and_stops_it()
    {
        _log.Append("numbers", [1, 2, 3]);
        var results = Sink.Memory<int>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var job = await Numbers(results).StartAsync(Options(workers: 2), stop.Token);
        for (var n = 0; n < 3; n++) _seen.Take(Stop);

        await stop.CancelAsync();

        await job.Completion.WaitAsync(Stop);
        Assert.Equal(JobState.Stopped, job.State);
        Assert.Equal([1, 2, 3], results.Committed);
    }

    [Fact]
    public async Task Who_waits_for_a_job_to_stop_or_to_drain_may_give_up()
    {
        _log.Append("numbers", [1]);
        using var mayGoOn = new SemaphoreSlim(0);
        var pipeline = new Pipeline("slow");
        pipeline.From(Topic.Of<int>("numbers")).Where(x =>
        {
            _seen.Add(x);
            mayGoOn.Wait(Stop);
            return true;
        }).To(Sink.Memory<int>());
        await using var job = await pipeline.StartAsync(Options(workers: 1), Stop);
        _seen.Take(Stop);

        var givenUp = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.StopAsync(givenUp));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.DrainAsync(givenUp));

        mayGoOn.Release();
        await job.Completion.WaitAsync(Stop);
    }

    [Fact]
    public async Task A_job_that_is_started_again_after_an_error_that_may_pass_keeps_its_handle()
    {
        _log.Append("numbers", [1, 2, 3]);
        var (fails, results) = (2, Sink.Memory<int>());
        var pipeline = new Pipeline("passing");
        var table = pipeline.From(Topic.Of<int>("numbers"))
            .Select(x => x == 3 && Interlocked.Decrement(ref fails) >= 0 ? throw Passing() : x)
            .KeyBy(x => x).LatestBy(x => x);
        table.Changes().Values().Select(change =>
        {
            _seen.Add(change.New);
            return change.New;
        }).To(results);
        var options = Options(workers: 1) with { Restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromMilliseconds(1)) };
        await using var job = await pipeline.StartAsync(options, Stop);
        var reader = job.Read(table);
        while (_seen.Take(Stop) != 3) { }

        Assert.Equal(2, job.Status.Restarts);
        Assert.Equal(JobState.Running, job.State);
        Assert.Equal(3, (await reader.GetAsync(3, Stop)).Row);
        await job.StopAsync(Stop);
        Assert.Equal(JobState.Stopped, job.State);
        Assert.Equal([1, 2, 3], results.Committed);
    }

    [Fact]
    public async Task A_job_that_has_run_for_ten_minutes_without_an_error_counts_its_restarts_anew()
    {
        var (clock, failed) = (new ShiftedClock(), new HashSet<int>());
        var pipeline = new Pipeline("passing");
        pipeline.From(Topic.Of<int>("numbers")).Select(x => failed.Add(x) ? throw Passing() : x).Select(x =>
        {
            _seen.Add(x);
            return x;
        }).To(Sink.Memory<int>());
        var options = Options(workers: 1) with { Time = clock, Restarts = RestartPolicy.ExponentialDelay(1, TimeSpan.Zero) };
        await _log.CreateTopicAsync("numbers", 1, Stop);
        await using var job = await pipeline.StartAsync(options, Stop);
        for (var number = 1; number <= 3; number++)
        {
            _log.Append("numbers", [number]);
            while (_seen.Take(Stop) != number) { }
            clock.Shift += TimeSpan.FromMinutes(10);
        }

        Assert.Equal(3, job.Status.Restarts);
        _log.Append("numbers", [4]);
        while (_seen.Take(Stop) != 4) { }
        _log.Append("numbers", [5]); // the second of a row
        await Assert.ThrowsAnyAsync<DataflowException>(() => job.Completion.WaitAsync(Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_that_waits_to_be_started_again_ends_when_it_is_stopped_or_cancelled(bool stops)
    {
        _log.Append("numbers", [1]);
        var pipeline = new Pipeline("passing");
        pipeline.From(Topic.Of<int>("numbers")).Select(int (_) => throw Passing()).To(Sink.Memory<int>());
        var options = Options(workers: 1) with { Restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromHours(1)) };
        await using var job = await pipeline.StartAsync(options, Stop);
        while (job.State != JobState.Restarting) await Task.Yield();
        Assert.Equal(FindingKind.Restarts, job.Diagnose().Findings[0].Kind);

        if (stops) await job.StopAsync(Stop);
        else await job.CancelAsync().WaitAsync(Stop);

        Assert.Equal(JobState.Cancelled, job.State);
    }

    [Fact]
    public async Task Fails_when_one_worker_fails_and_lets_the_log_go_on()
    {
        _log.Append("numbers", Enumerable.Range(0, 100));
        var pipeline = new Pipeline("numbers");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x).Select(x => x == 77 ? throw new InvalidOperationException("No 77.") : x)
            .Process(() => new Operators.RunningCount<int, int>()).To(Sink.Memory<long>());
        await using var job = await pipeline.StartAsync(Options(workers: 3), Stop);

        var error = await Assert.ThrowsAsync<OperatorException>(() => job.Completion.WaitAsync(Stop));

        Assert.Equal(("select", "numbers[0]", 77L), (error.Step, error.Split, error.Position));
        await using var other = await Numbers(Sink.Memory<int>()).StartAsync(Options(workers: 1), Stop);
        Assert.Equal(0, _seen.Take(Stop));
    }

    [Fact]
    public async Task Ends_with_the_error_of_a_step_that_fails_to_close()
    {
        var pipeline = new Pipeline("close");
        pipeline.From(Source.Of([1])).Add(input => new BadCloseNode(input)).To(Sink.Memory<int>());

        var job = await pipeline.StartAsync(Options(workers: 1), Stop);

        var error = await Assert.ThrowsAsync<OperatorException>(() => job.Completion.WaitAsync(Stop));
        Assert.StartsWith("Operator 'bad-close' failed: cannot close.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fails_with_the_error_that_a_source_waits_into()
    {
        var pipeline = new Pipeline("wait");
        pipeline.From(new BrokenWaitSource()).To(Sink.Memory<int>());

        await using var job = await pipeline.StartAsync(Options(workers: 1), Stop);

        var error = await Assert.ThrowsAsync<OperatorException>(() => job.Completion.WaitAsync(Stop));
        Assert.StartsWith("Source 'broken' failed on broken@0: no more.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_step_holds_the_fast_ones_back_and_loses_nothing()
    {
        const int Count = 60_000;
        _log.Append("numbers", Enumerable.Range(0, Count), partition: 0, partitions: 2);
        _log.Append("numbers", Enumerable.Range(Count, Count), partition: 1, partitions: 2);
        var results = Sink.Memory<int>();
        var pipeline = new Pipeline("slow");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).KeyBy(x => x).FirstOfKeySlowly().To(results);

        await pipeline.RunAsync(Options(workers: 2) with { CheckpointInterval = TimeSpan.FromMilliseconds(5) }, Stop);

        Assert.Equal(Enumerable.Range(0, 2 * Count), results.Committed.Order());
    }

    [Fact]
    public async Task Its_status_can_be_read_while_windows_come_and_go()
    {
        var pipeline = new Pipeline("status");
        pipeline.From(Source.Of(Enumerable.Range(0, 300_000).Select(i => (long)i))).WithEventTime(x => x).KeyBy(x => x % 3)
            .Window(Hopping.Of(TimeSpan.FromMilliseconds(8), TimeSpan.FromMilliseconds(2))).Aggregate(a => a.Count(), (_, _, n) => n)
            .Where(_ => false).To(Sink.Memory<long>());

        await using var job = await pipeline.StartAsync(Options(workers: 2), Stop);
        while (!job.Completion.IsCompleted && !Stop.IsCancellationRequested) Assert.True(job.Status.StateEntries >= 0);

        await job.Completion.WaitAsync(Stop);
        Assert.Equal(300_000, job.Status.RecordsRead);
    }

    [Fact]
    public async Task Closes_windows_by_the_clock_when_a_live_topic_goes_quiet()
    {
        using var folder = new TemporaryFolder();
        await using var log = LogStore.Open(folder["log"]);
        log.Append("readings", [new Reading("a", 1_000, 1), new Reading("a", 1_001, 1)]);
        var clock = new SimulatedClock();
        var pipeline = new Pipeline("tail");
        pipeline.From(Topic.Of<Reading>("readings")).Select(Noticed).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(a => a.Count(), (key, w, n) => $"{key} {w.StartMs} {n}")
            .To(Topic.Of<string>("counts", partitions: 1));
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 2, Time = clock }, Stop);
        for (var n = 0; n < 2; n++) _seen.Take(Stop);
        log.Append("readings", [new Reading("a", 1_999, 1)]);
        _seen.Take(Stop);

        using var reader = log.OpenReader("counts", 0, 0);
        var result = reader.WaitToReadAsync(Stop).AsTask();
        while (!result.IsCompleted && !Stop.IsCancellationRequested)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(result, Task.Delay(5, Stop)); // checkpoints come in between: they must not count as records
        }

        await result.WaitAsync(Stop);
        Assert.Equal(["a 1000 3"], Topic.Of<string>("counts").ReadAll(log));
        await job.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Stop);
    }

    private Reading Noticed(Reading reading)
    {
        _seen.Add(0);
        return reading;
    }

    private Pipeline Numbers(MemorySink<int> results)
    {
        var pipeline = new Pipeline("numbers");
        pipeline.From(Topic.Of<int>("numbers")).Select(x =>
        {
            _seen.Add(x);
            return x;
        }).To(results);
        return pipeline;
    }

    private JobOptions Options(int workers) => new() { Log = _log, Workers = workers, CheckpointInterval = Never };

    /// <summary>The system's clock, moved on.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }

    private static DataflowException Passing() => new("This may pass.") { IsTransient = true };

    private sealed record BadCloseNode(Node<int> Before) : Node<int, int>("bad-close", Before)
    {
        public override Operator<int, int> CreateOperator() => new BadCloseOperator();
    }

    private sealed class BadCloseOperator : Operator<int, int>
    {
        public override void Process(in Record<int> record) => Emit(in record);

        public override void Close() => throw new InvalidOperationException("cannot close");
    }

    private sealed class BrokenWaitSource : Source<int>
    {
        public override string Name => "broken";

        public override bool IsBounded => false;

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new("broken")];

        public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context) => new Reader();

        private sealed class Reader : SourceReader<int>
        {
            public override long Position => 0;

            public override bool IsFinished => false;

            public override int Read(Span<Record<int>> records) => 0;

            public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
            {
                await Task.Yield();
                throw new InvalidOperationException("no more");
            }
        }
    }
}

internal static class SlowStep
{
    extension(KeyedStream<int, int> stream)
    {
        /// <summary>A step that takes its time with some records.</summary>
        public KeyedStream<int, int> FirstOfKeySlowly() => stream.Process(() => new Slowly());
    }

    private sealed class Slowly : KeyedProcess<int, int, bool, int>
    {
        public override void OnRecord(in Record<int> record, ref bool state, ProcessContext<int, int> context)
        {
            if (record.Value % 64 == 0) Thread.SpinWait(2000);
            if (!state) context.Emit(record.Value);
            state = true;
        }
    }
}
