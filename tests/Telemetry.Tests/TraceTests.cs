using System.Collections.Concurrent;
using System.Diagnostics;
using Dataflow.Log;

namespace Dataflow.Telemetry.Tests;

/// <summary>The spans of the source of activities <c>Dataflow</c>.</summary>
public sealed class TraceTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private readonly string _pipeline = $"traced-{Guid.NewGuid():N}";

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Dataflow" or "Test",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_start_is_part_of_the_caller_s_trace_and_checkpoints_with_their_commits_are_traces_of_their_own()
    {
        using var source = new ActivitySource("Test");
        using (var request = source.StartActivity("request"))
        {
            await using var job = await Pipeline(static x => x).StartAsync(new JobOptions { Log = _log, Workers = 1 }, Cancelled);
            await job.Completion.WaitAsync(Bound, Cancelled);

            var restore = Assert.Single(Of("dataflow.restore"));
            Assert.Equal((request!.SpanId, 0L), (restore.ParentSpanId, restore.GetTagItem("checkpoint")));
        }

        var checkpoint = Assert.Single(Of("dataflow.checkpoint"));
        Assert.Equal((default, 1L), (checkpoint.ParentSpanId, checkpoint.GetTagItem("checkpoint")));
        Assert.True((long)checkpoint.GetTagItem("bytes")! > 0);
        Assert.Contains(_spans, span => span.OperationName == "dataflow.commit" && span.ParentSpanId == checkpoint.SpanId);
    }

    [Fact]
    public async Task Calls_of_steps_are_no_part_of_the_trace_in_which_the_job_was_started()
    {
        using var source = new ActivitySource("Test");
        var seen = new ConcurrentQueue<string?>();
        using (source.StartActivity("request"))
        {
            await using var job = await Pipeline(x =>
            {
                seen.Enqueue(Activity.Current?.OperationName);
                return x;
            }).StartAsync(new JobOptions { Log = _log, Workers = 1 }, Cancelled);
            await job.Completion.WaitAsync(Bound, Cancelled);
        }

        Assert.Equal([null, null, null], seen);
    }

    [Fact]
    public async Task A_start_that_fails_says_so_without_the_text_of_the_error()
    {
        var broken = new Pipeline(_pipeline);
        broken.From(Topic.Of<int>("missing").StopAtEnd()).To(Sink.Memory<int>());
        await Assert.ThrowsAnyAsync<DataflowException>(() => broken.StartAsync(new JobOptions { Log = _log }, Cancelled));

        var restore = Assert.Single(Of("dataflow.restore"));
        Assert.Equal((ActivityStatusCode.Error, null), (restore.Status, restore.StatusDescription));
        Assert.Equal(typeof(ConnectorException).FullName, restore.GetTagItem("error.type"));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IEnumerable<Activity> Of(string name)
        => _spans.Where(span => span.OperationName == name && span.GetTagItem("pipeline") as string == _pipeline);

    private Pipeline Pipeline(Func<int, int> select)
    {
        var pipeline = new Pipeline(_pipeline);
        pipeline.From(Source.Of(1, 2, 3)).Select(select).To(Sink.Memory<int>());
        return pipeline;
    }
}
