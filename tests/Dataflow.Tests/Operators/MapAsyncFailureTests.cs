using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>Calls that fail, hang or come too fast, by a clock that the test moves.</summary>
public sealed class MapAsyncFailureTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();
    private readonly MemorySink<int> _results = Sink.Memory<int>();
    private readonly List<(int Value, TimeSpan At, CancellationToken Cancellation)> _calls = [];
    private readonly DateTimeOffset _start;

    public MapAsyncFailureTests() => _start = _clock.GetUtcNow();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_call_that_fails_is_made_again_after_pauses_that_double()
    {
        var job = Start([7], new() { Attempts = 4, RetryDelay = Second }, _ => Fails("down", until: 4));
        for (var second = 0; second < 10; second++) Pass(job, Second);

        job.Run();

        Assert.Equal([7], _results.Committed);
        var pauses = _calls.Zip(_calls.Skip(1), (one, next) => (next.At - one.At).TotalSeconds).ToArray();
        Assert.Equal(3, pauses.Length);
        foreach (var (index, pause) in pauses.Index()) Assert.InRange(pause, Math.Pow(2, index) / 2, Math.Pow(2, index) + 0.3);
        Assert.Equal(4, job.Status.Steps.Single(step => step.Name == "map-async").Calls);
    }

    [Fact]
    public void Others_pass_through_while_a_call_waits_to_be_made_again()
    {
        var job = Start(
            [1, 2, 3], new() { Attempts = 2, RetryDelay = Second, KeepsOrder = false },
            value => value == 1 ? Fails("down", 2) : Task.FromResult(value));
        job.Checkpoint();
        Assert.Equal([2, 3], _results.Committed);

        Pass(job, Second);
        job.Run();
        Assert.Equal([2, 3, 1], _results.Committed);
    }

    [Fact]
    public void The_last_failure_stops_the_job_and_names_the_record()
    {
        var job = Start([5], new() { Attempts = 2, RetryDelay = Second }, _ => Fails("down", until: 99));

        var error = Assert.Throws<OperatorException>(() => Pass(job, Second));

        Assert.StartsWith("Operator 'map-async' failed on memory@0: down. ", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _calls.Count);
        job.Close();
    }

    [Fact]
    public void A_failure_that_is_not_worth_it_is_not_tried_again()
    {
        var options = new AsyncOptions { Attempts = 9, RetryIf = error => error is TimeoutException };
        var error = Assert.Throws<OperatorException>(() => Start([5], options, _ => Fails("denied", until: 99)));

        Assert.Equal("denied", error.InnerException!.Message);
        Assert.Single(_calls);
    }

    [Fact]
    public void A_predicate_that_fails_is_the_failure()
    {
        var options = new AsyncOptions { Attempts = 9, RetryIf = _ => throw new InvalidOperationException("no idea") };
        Assert.Equal(
            "no idea",
            Assert.Throws<OperatorException>(() => Start([5], options, _ => Fails("denied", until: 99))).InnerException!.Message);
    }

    [Fact]
    public void A_call_that_does_not_answer_in_time_is_cancelled_and_has_failed()
    {
        var job = Start(
            [5], new() { Timeout = Second, Attempts = 2, RetryDelay = Second },
            _ => _calls.Count == 1 ? new TaskCompletionSource<int>().Task : Task.FromResult(5));
        Assert.False(_calls[0].Cancellation.IsCancellationRequested);
        Pass(job, Second);
        Assert.True(_calls[0].Cancellation.IsCancellationRequested);
        Pass(job, Second);
        Assert.False(_calls[1].Cancellation.IsCancellationRequested);

        job.Run();

        Assert.Equal([5], _results.Committed);
    }

    [Fact]
    public void Says_how_long_it_waited()
    {
        var job = Start([5], new() { Timeout = Second }, _ => new TaskCompletionSource<int>().Task);
        var error = Assert.Throws<OperatorException>(() => Pass(job, Second));
        Assert.Equal("No answer came within 00:00:01.", Assert.IsType<TimeoutException>(error.InnerException).Message);
        job.Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_end_of_the_job_cancels_calls(bool hasTimeout)
    {
        var job = Start([5], new() { Timeout = hasTimeout ? Second : null }, _ => new TaskCompletionSource<int>().Task);
        job.Close();
        Assert.True(_calls[0].Cancellation.IsCancellationRequested);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Calls_come_at_the_rate_that_all_workers_may_make_together(int workers)
    {
        var values = Enumerable.Range(0, 120).ToArray();
        var pipeline = new Pipeline("map");
        pipeline.From(Source.Of(values)).KeyBy(value => value)
            .MapAsync(
                (value, cancellationToken) => Call(value, Task.FromResult, cancellationToken),
                new() { Concurrency = 100, CallsPerSecond = 20 }).To(_results);
        var job = SimulatedJob.Start(pipeline, _log, workers, clock: _clock);
        while (!job.HasFinished) job.Step();

        job.Close();
        Assert.Equal(values, _results.Committed.Order());
        Assert.InRange(_calls[^1].At.TotalSeconds, 119 / 20.0 - 0.2, 119 / 20.0 + 0.5);
        for (var call = 24; call < _calls.Count; call++) Assert.True(_calls[call].At - _calls[call - 24].At >= Second);
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncOptions { Concurrency = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncOptions { Attempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncOptions { Timeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncOptions { RetryDelay = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncOptions { CallsPerSecond = 0 });
        Assert.Throws<ArgumentNullException>(() => Harness.Run([1], s => s.MapAsync((Func<int, Task<int>>)null!)));
    }

    [Fact]
    public void The_plan_shows_what_was_asked_for_and_what_makes_checkpoints_wait()
    {
        var pipeline = new Pipeline("map");
        var options = new AsyncOptions { Concurrency = 4, KeepsOrder = false, Timeout = Second, Attempts = 3, CallsPerSecond = 0.5 };
        pipeline.From(Source.Of([1])).MapAsync(Task.FromResult, options).Select(_ => new Hidden()).MapAsync(Task.FromResult, name: "hidden")
            .To(Sink.Memory<Hidden>());

        var plan = pipeline.Explain().ToString();

        Assert.Contains(
            "map-async (4 in flight, in any order, timeout 00:00:01, 3 attempts, 0.5 calls/s)\n", plan, StringComparison.Ordinal);
        Assert.Contains("hidden (16 in flight, checkpoints wait: Hidden cannot be written)\n", plan, StringComparison.Ordinal);
    }

    private SimulatedJob Start(int[] values, AsyncOptions options, Func<int, Task<int>> answer)
    {
        var pipeline = new Pipeline("map");
        pipeline.From(Source.Of(values)).MapAsync((value, cancellationToken) => Call(value, answer, cancellationToken), options)
            .To(_results);
        var job = SimulatedJob.Start(pipeline, _log, clock: _clock);
        job.RunUntilIdle();
        return job;
    }

    private Task<int> Call(int value, Func<int, Task<int>> answer, CancellationToken cancellationToken)
    {
        _calls.Add((value, _clock.GetUtcNow() - _start, cancellationToken));
        return answer(value);
    }

    private void Pass(SimulatedJob job, TimeSpan time)
    {
        _clock.Advance(time);
        job.RunUntilIdle();
    }

    private Task<int> Fails(string message, int until)
        => _calls.Count(call => call.Value == _calls[^1].Value) < until
            ? Task.FromException<int>(new InvalidOperationException(message))
            : Task.FromResult(_calls[^1].Value);

    private sealed record Hidden(Func<int>? Make = null);
}
