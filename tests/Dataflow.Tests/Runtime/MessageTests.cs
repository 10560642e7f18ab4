using Dataflow.Log;
using Dataflow.Testing;
using Microsoft.Extensions.Logging;

namespace Dataflow.Tests.Runtime;

/// <summary>The messages that a job gives to the user's logger.</summary>
public sealed class MessageTests : IDisposable
{
    private const int Starting = 100, Restored = 102, Stopped = 105, Failed = 108, Restarting = 109;
    private const int MaxTurns = 1_000_000;
    private const int Taken = 120, Slow = 121, SlowTaken = 122, Late = 130, Dead = 131;

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();
    private readonly KeptMessages _messages = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_start_tells_its_plan_and_the_checkpoint_that_it_carries_on_from()
    {
        _log.Append("numbers", [1, 2, 2]);
        var job = Start(Totals());
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        Start(Totals()).Close();

        Assert.Equal(
            "Pipeline 'totals' starts: 7 steps, 1 workers, a checkpoint each 01:00:00; restarted 0 times.", _messages.Of(Starting)[1]);
        Assert.Contains("latest-by", _messages.Of(101)[0], StringComparison.Ordinal);
        Assert.StartsWith(
            "Pipeline 'totals' carries on from checkpoint 1: 2 entries of state, opened in", Assert.Single(_messages.Of(Restored)),
            StringComparison.Ordinal);
        Assert.StartsWith("Pipeline 'totals': checkpoint 1 took", Assert.Single(_messages.Of(Taken)), StringComparison.Ordinal);
    }

    [Fact]
    public void Late_records_are_told_once_a_minute_by_step_with_their_number()
    {
        _log.Append("events", [60_000L, 200_000]);
        var pipeline = new Pipeline("windows");
        pipeline.From(Topic.Of<long>("events")).WithEventTime(ms => ms, TimeSpan.Zero).KeyBy(ms => 0)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10))).Aggregate(a => a.Count(), (_, _, count) => count).To(Sink.Memory<long>());
        var job = Start(pipeline);
        job.RunUntilIdle();
        _log.Append("events", [1L, 2, 3]);
        job.RunUntilIdle();
        Assert.Empty(_messages.Of(Late));
        AfterAMinute(job);
        _log.Append("events", [4L]);
        AfterAMinute(job);
        AfterAMinute(job);

        var told = _messages.Of(Late);
        Assert.Equal(2, told.Count);
        Assert.Contains(": 3 late records in the last", told[0], StringComparison.Ordinal);
        Assert.Contains(": 1 late records in the last", told[1], StringComparison.Ordinal);
        Assert.Contains("s, 4 since the start. The watermark is at 1970-01-01 00:03:", told[1], StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public void Dead_letters_are_told_at_the_end_too_and_never_with_the_words_of_an_exception()
    {
        _log.Append("numbers", [1, 2, 3]);
        var pipeline = new Pipeline("letters") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<int>("numbers")).Select(x => x == 2 ? throw new FormatException("secret 4711") : x).To(Sink.Memory<int>());
        var job = Start(pipeline);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        Assert.Matches(
            @"^Pipeline 'letters', 'select': 1 dead letters in the last \d+ s, 1 since the start. Topic 'letters.dead-letters' says why.$",
            Assert.Single(_messages.Of(Dead)));
        Assert.DoesNotContain(_messages.All, message => message.Text.Contains("4711", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_is_slow_after_its_interval_and_ten_seconds_and_the_message_says_what_it_waits_for()
    {
        _log.Append("numbers", [1]);
        var called = new TaskCompletionSource<int>();
        var pipeline = new Pipeline("slow");
        pipeline.From(Topic.Of<int>("numbers")).Select(x => new Unwritable(x)).MapAsync(_ => called.Task).To(Sink.Memory<int>());
        var job = Start(pipeline);
        job.RunUntilIdle();
        job.Begin();
        job.RunUntilIdle();
        _clock.Advance(TimeSpan.FromMinutes(59));
        job.RunUntilIdle();
        Assert.Empty(_messages.Of(Slow));
        AfterAMinute(job);
        AfterAMinute(job);

        Assert.Contains("waits for the calls of 'map-async'", Assert.Single(_messages.Of(Slow)), StringComparison.Ordinal);

        called.SetResult(1);
        for (var turn = 0; turn < MaxTurns && _messages.Of(SlowTaken).Count == 0; turn++) job.Step();
        Assert.Contains("slow checkpoint 1 is done", Assert.Single(_messages.Of(SlowTaken)), StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public async Task Restarts_and_the_failure_are_told_with_the_first_error()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append("numbers", [7]);
        Queue<Exception> errors = new([new Passing("First."), new Passing("Next."), new FormatException("secret")]);
        var pipeline = new Pipeline("passing");
        pipeline.From(Topic.Of<int>("numbers")).Select(int (_) => throw errors.Dequeue()).To(Sink.Memory<int>());
        var restarts = RestartPolicy.ExponentialDelay(5, TimeSpan.FromMilliseconds(1));
        await using var job = await pipeline.StartAsync(
            new JobOptions { Log = log, Workers = 1, LoggerFactory = _messages, Restarts = restarts }, Stop);
        await Assert.ThrowsAsync<OperatorException>(() => job.Completion.WaitAsync(Stop));

        Assert.Equal(3, _messages.Of(Starting).Count);
        Assert.Matches(
            "^Pipeline 'passing' restarts in 00:00:00.0020000 .* restart 2. Operator 'select' .*: Next. .*First error .*: First. ",
            _messages.Of(Restarting)[1]);
        Assert.Matches(
            @"failed\. Step 'select' failed on numbers\[0\]@0: System\.FormatException at .*line \d+\. First error .*: First\. ",
            Assert.Single(_messages.Of(Failed)));
        Assert.StartsWith("Step 'select' failed on numbers[0]@0: System.FormatException", job.Status.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain(_messages.All, message => message.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_is_told_with_its_checkpoint_and_a_job_without_a_logger_tells_nothing()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        await using var job = await Totals().StartAsync(new JobOptions { Log = log, Workers = 1, LoggerFactory = _messages }, Stop);
        await job.StopAsync(Stop);
        await using var silent = await Totals().StartAsync(new JobOptions { Log = log, Workers = 1 }, Stop);
        await silent.StopAsync(Stop);

        Assert.Equal($"Pipeline 'totals' has stopped with checkpoint {job.Status.Checkpoints.Last}; a start carries on there.",
            Assert.Single(_messages.Of(Stopped)));
        Assert.Equal(LogLevel.Information, _messages.All.Single(message => message.Id == Stopped).Level);
    }

    private static Pipeline Totals()
    {
        var pipeline = new Pipeline("totals");
        pipeline.From(Topic.Of<int>("numbers", partitions: 1)).KeyBy(x => x).LatestBy(x => x).Changes().Values()
            .To(Sink.Memory<Change<int>>());
        return pipeline;
    }

    private SimulatedJob Start(Pipeline pipeline)
        => SimulatedJob.Start(pipeline, _log, clock: _clock, with: options => options with { LoggerFactory = _messages });

    private void AfterAMinute(SimulatedJob job)
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        for (var turn = 0; turn < 64; turn++) job.Step(); // the coordinator has one of them
    }

    private sealed class Passing : DataflowException
    {
        public Passing(string message)
            : base(message) => IsTransient = true;
    }

    private sealed record Unwritable(int Value, Func<int>? Code = null);
}
