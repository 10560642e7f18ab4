using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

public sealed class CommittedResultsTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly Topic<int> s_results = Topic.Of<int>("results", partitions: 2);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly CancellationTokenSource _bound =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public CommittedResultsTests() => _bound.CancelAfter(Bound);

    public void Dispose()
    {
        _log.Dispose();
        _bound.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Gives_all_results_once_and_ends_with_the_job(int workers)
    {
        _log.Append("numbers", Enumerable.Range(0, 3000));
        await using var job = await Copies(Topic.Of<int>("numbers").StopAtEnd()).StartAsync(Often with { Workers = workers }, _bound.Token);

        var (first, second) = (ReadAsync(job), ReadAsync(job));

        Assert.Equal(Enumerable.Range(0, 3000), (await first).Order());
        Assert.Equal(Enumerable.Range(0, 3000), (await second).Order());
        Assert.Equal(3000, (await ReadAsync(job)).Count); // also after the end
        Assert.Empty(await job.ReadAsync(s_results, onlyNew: true, _bound.Token).ToListAsync(_bound.Token));
    }

    [Fact]
    public async Task Shows_nothing_that_no_checkpoint_covers()
    {
        _log.Append("numbers", [1, 2]);
        await using var job = await Copies(Topic.Of<int>("numbers")).StartAsync(Often with { CheckpointInterval = Bound }, _bound.Token);
        await using var results = job.ReadAsync(s_results, cancellationToken: _bound.Token).GetAsyncEnumerator(_bound.Token);
        var next = results.MoveNextAsync().AsTask();
        while (job.Status.Steps.Sum(step => step.Emitted) < 2) await Task.Delay(1, _bound.Token);
        Assert.False(next.IsCompleted);

        await job.StopAsync(_bound.Token);

        Assert.True(await next);
        Assert.True(await results.MoveNextAsync());
        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task Gives_new_results_as_checkpoints_commit_them()
    {
        _log.Append("numbers", [1]);
        await using var job = await Copies(Topic.Of<int>("numbers")).StartAsync(Often, _bound.Token);
        var seen = new List<int>();
        await foreach (var value in job.ReadAsync(s_results, cancellationToken: _bound.Token))
        {
            seen.Add(value);
            if (value == 5) break;
            _log.Append("numbers", [value + 1]);
        }

        Assert.Equal([1, 2, 3, 4, 5], seen);
    }

    [Fact]
    public async Task Throws_the_error_of_the_job_behind_what_was_committed_before()
    {
        _log.Append("numbers", [1, 2]);
        await using var job = await Copies(Topic.Of<int>("numbers"), failsAt: 3).StartAsync(Often, _bound.Token);
        var seen = new List<int>();

        var error = await Assert.ThrowsAsync<OperatorException>(async () =>
        {
            await foreach (var value in job.ReadAsync(s_results, cancellationToken: _bound.Token))
            {
                seen.Add(value);
                if (value == 2) _log.Append("numbers", [3]);
            }
        });

        Assert.Contains("'copy' failed", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], seen.Order());
    }

    [Fact]
    public async Task Goes_on_over_restarts()
    {
        var attempts = 0;
        _log.Append("numbers", Enumerable.Range(0, 100));
        var pipeline = new Pipeline("copies");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd())
            .Select(x => x == 50 && attempts++ < 2 ? throw new DataflowException("Busy.") { IsTransient = true } : x).To(s_results);
        await using var job = await pipeline.StartAsync(
            Often with { Restarts = RestartPolicy.ExponentialDelay(2, TimeSpan.Zero) }, _bound.Token);

        Assert.Equal(Enumerable.Range(0, 100), (await ReadAsync(job)).Order());
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task Ends_when_it_is_cancelled_while_the_job_goes_on()
    {
        _log.Append("numbers", [1]);
        await using var job = await Copies(Topic.Of<int>("numbers")).StartAsync(Often, _bound.Token);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in job.ReadAsync(s_results, cancellationToken: cancel.Token)) await cancel.CancelAsync();
        });

        Assert.Equal(JobState.Running, job.State);
    }

    [Fact]
    public async Task A_job_that_closes_its_log_itself_is_refused()
    {
        using var folder = new TemporaryFolder();
        var pipeline = new Pipeline("copies");
        pipeline.From(Source.Of(1, 2)).To(s_results);
        await using var job = await pipeline.StartAsync(new JobOptions { Directory = folder["log"], Workers = 1 }, _bound.Token);

        Assert.Equal(
            "Job of pipeline 'copies': it closes its log when it ends, so that its last results could not be read. Open the log, and "
                + "give it to the job: JobOptions.Log.",
            Assert.Throws<InvalidOperationException>(() => job.ReadAsync(s_results, cancellationToken: _bound.Token)).Message);
    }

    private JobOptions Often => new() { Log = _log, Workers = 1, CheckpointInterval = TimeSpan.FromMilliseconds(5) };

    private async Task<List<int>> ReadAsync(Job job)
        => await job.ReadAsync(s_results, cancellationToken: _bound.Token).ToListAsync(_bound.Token);

    private static Pipeline Copies(Topic<int> numbers, int? failsAt = null)
    {
        var pipeline = new Pipeline("copies");
        pipeline.From(numbers).Select(x => x == failsAt ? throw new InvalidOperationException("no") : x, "copy").To(s_results);
        return pipeline;
    }
}
