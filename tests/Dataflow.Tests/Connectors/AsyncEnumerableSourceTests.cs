using System.Runtime.CompilerServices;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

public sealed class AsyncEnumerableSourceTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<int> _results = Sink.Memory<int>();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _opened;
    private int _disposed;

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Reads_a_sequence_to_its_end_and_disposes_it(int workers)
    {
        await Numbers(3000).RunAsync(new JobOptions { Log = _log, Workers = workers }, Cancelled).WaitAsync(Bound, Cancelled);

        Assert.Equal(Enumerable.Range(0, 3000), _results.Committed);
        Assert.Equal((1, 1), (_opened, _disposed));
    }

    [Fact]
    public void A_crash_after_any_number_of_steps_changes_nothing_since_it_is_opened_at_the_position()
    {
        for (var steps = 0; steps < 60; steps += 3)
        {
            using var log = SimulatedJob.OpenLog();
            var results = Sink.Memory<int>();
            var job = Start();
            for (var step = 0; step < steps; step++) job.Step();
            job.Close();

            Start().Run();

            Assert.Equal(Enumerable.Range(0, 500), results.Committed);

            SimulatedJob Start()
            {
                var pipeline = new Pipeline("sequence");
                pipeline.From(Source.AsyncEnumerable(from => From((int)from, 500))).To(results);
                return SimulatedJob.Start(pipeline, log, seed: steps, checkpointInterval: TimeSpan.FromMilliseconds(3),
                    with: options => options with { LongestTurn = TimeSpan.FromTicks(-1) });
            }
        }

        Assert.Equal(_opened, _disposed);
    }

    [Fact]
    public async Task An_exception_of_the_sequence_fails_the_job_with_the_name_of_the_source()
    {
        var pipeline = new Pipeline("sequence");
        pipeline.From(Source.AsyncEnumerable(_ => From(0, 10, failsAt: 4), "orders")).To(_results);

        var error = await Assert.ThrowsAsync<OperatorException>(
            () => pipeline.RunAsync(new JobOptions { Log = _log }, Cancelled).WaitAsync(Bound, Cancelled));

        Assert.StartsWith("Source 'orders' failed on orders@", error.Message, StringComparison.Ordinal);
        Assert.Contains("the page is missing", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _disposed);
    }

    [Fact]
    public async Task A_stop_cancels_the_call_in_progress_and_disposes_the_sequence()
    {
        var pipeline = new Pipeline("sequence");
        pipeline.From(Source.AsyncEnumerable(from => From((int)from, 1000, waitsAt: 10), isBounded: false)).To(_results);
        await using var job = await pipeline.StartAsync(Often, Cancelled);
        await UntilAsync(() => _results.Committed.Count == 10);

        await job.StopAsync(Cancelled).WaitAsync(Bound, Cancelled);

        Assert.Equal((JobState.Stopped, 1), (job.State, _disposed));
        _gate.SetResult();
        await using var again = await pipeline.StartAsync(Often, Cancelled);
        await UntilAsync(() => _results.Committed.Count == 1000);
        Assert.Equal(Enumerable.Range(0, 1000), _results.Committed);
    }

    [Fact]
    public async Task Reads_on_when_a_record_comes_after_a_wait()
    {
        var pipeline = new Pipeline("sequence");
        pipeline.From(Source.AsyncEnumerable(from => From((int)from, 20, waitsAt: 10))).To(_results);
        await using var job = await pipeline.StartAsync(Often, Cancelled);
        await UntilAsync(() => _results.Committed.Count == 10);
        _gate.SetResult();
        await job.Completion.WaitAsync(Bound, Cancelled);

        Assert.Equal(Enumerable.Range(0, 20), _results.Committed);
    }

    [Fact]
    public void Is_asked_for_one_record_more_than_the_job_has_room_for_at_most()
    {
        var asked = 0;
        var pipeline = new Pipeline("sequence");
        pipeline.From(Source.AsyncEnumerable(_ => Counted())).To(_results);
        var job = SimulatedJob.Start(pipeline, _log, with: options => options with { ReadRecords = 4 });
        while (job.Status.RecordsRead < 4) job.Step();

        Assert.InRange(asked, 4, 5);
        job.Close();

        async IAsyncEnumerable<int> Counted()
        {
            await Task.CompletedTask;
            for (;;) yield return asked++;
        }
    }

    [Fact]
    public void A_table_of_a_sequence_that_ends_is_read_before_streams_start()
    {
        var pipeline = new Pipeline("sequence");
        var table = pipeline.Table(Source.AsyncEnumerable(from => From((int)from, 3), "names"), number => number);
        pipeline.From(Source.Of(1, 7)).KeyBy(static x => x).Join(table, static (x, y) => x + y).Values().To(_results);
        Assert.Contains("read before streams start", pipeline.Explain().ToString(), StringComparison.Ordinal);

        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal([2], _results.Committed);
    }

    [Fact]
    public void Says_its_guarantee_in_the_plan_and_is_not_shared_by_processes()
    {
        var explanation = Numbers(1).Explain();

        Assert.Contains(
            "sequence (exactly once, if a position always gives the same records)", explanation.ToString(), StringComparison.Ordinal);
        Assert.Contains("source 'sequence' is not known to be the same for every process", explanation.ReasonsNotToShare);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private JobOptions Often => new() { Log = _log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(5) };

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (!isSo()) await Task.Delay(1, bound.Token);
    }

    private Pipeline Numbers(int count)
    {
        var pipeline = new Pipeline("sequence");
        pipeline.From(Source.AsyncEnumerable(from => From((int)from, count))).To(_results);
        return pipeline;
    }

    private async IAsyncEnumerable<int> From(
        int start, int end, int? failsAt = null, int? waitsAt = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        _opened++;
        try
        {
            for (var i = start; i < end; i++)
            {
                if (i == waitsAt) await _gate.Task.WaitAsync(cancellationToken);
                if (i % 7 == 6) await Task.Yield();
                if (i == failsAt) throw new InvalidOperationException("the page is missing");
                yield return i;
            }
        }
        finally
        {
            _disposed++;
        }
    }
}
