using Dataflow;
using Dataflow.Testing;

namespace Stranger.Calls;

/// <summary>A step that makes of value and answer what it wants, in the order of each key.</summary>
public sealed class TagTests : CallContract
{
    [Fact]
    public void A_slow_answer_holds_up_its_own_key_alone_also_after_a_restart_with_more_workers()
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", [new(0, 1, 10), new(0, 2, 11), new(3, 3, 12)]);
        var (tags, slow) = (Sink.Memory<string>(), new TaskCompletionSource<string>());
        var job = SimulatedJob.Start(Tagging(tags, slow.Task), log);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        Assert.Equal(["12 is even"], tags.Committed);

        var again = SimulatedJob.Start(Tagging(tags, slow.Task), log, workers: 3);
        again.RunUntilIdle();
        slow.SetResult("even");
        again.Run();
        Assert.Equal(["12 is even", "10 is even", "11 is odd"], tags.Committed);
    }

    [Fact]
    public void The_plan_says_where_checkpoints_wait_for_calls()
    {
        var pipeline = new Pipeline("unwritten");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(static number => number)
            .Select(static number => (Func<int>)(() => number))
            .Tag(static (_, _) => Task.FromResult(""), static (_, tag) => tag, new AsyncOptions { Concurrency = 3 })
            .Values().To(Sink.Memory<string>());

        Assert.Contains(
            "tag (3 in flight, checkpoints wait: Keyed<Int32, Func<Int32>> cannot be written)",
            pipeline.Explain().ToString(),
            StringComparison.Ordinal);
    }

    protected override KeyedStream<int, string> Call(
        KeyedStream<int, Reading> readings, Func<long, CancellationToken, Task<string>> service)
        => readings.Tag((reading, cancellationToken) => service(reading.Value, cancellationToken), static (_, answer) => answer);

    private static Pipeline Tagging(Sink<string> tags, Task<string> slow)
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings")
            .Tag(
                (reading, _) => reading.Value == 10 ? slow : Task.FromResult(reading.Value % 2 == 0 ? "even" : "odd"),
                static (reading, tag) => $"{reading.Value} is {tag}")
            .Values().To(tags);
        return pipeline;
    }
}
