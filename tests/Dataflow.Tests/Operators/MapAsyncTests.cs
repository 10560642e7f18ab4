using System.Collections.Concurrent;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>The calls are completed by the test, in an order of its choice.</summary>
public sealed class MapAsyncTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<int> _results = Sink.Memory<int>();
    private readonly Dictionary<int, TaskCompletionSource<int>> _calls = [];

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Keeps_the_order_of_the_input_whatever_the_order_of_the_answers()
    {
        var job = Start([1, 2, 3, 4], concurrency: 4);
        foreach (var value in new[] { 3, 4, 1, 2 }) Answer(job, value);

        job.Run();

        Assert.Equal([10, 20, 30, 40], _results.Committed);
    }

    [Fact]
    public void Makes_no_more_calls_at_once_than_it_may()
    {
        var job = Start(Enumerable.Range(0, 200), concurrency: 3);
        for (var answered = 0; answered < 200; answered++)
        {
            Assert.Equal(Math.Min(answered + 3, 200), _calls.Count);
            Answer(job, answered);
        }

        job.Run();

        Assert.Equal(Enumerable.Range(0, 200).Select(x => x * 10), _results.Committed);
    }

    [Fact]
    public void A_checkpoint_waits_for_no_call_and_keeps_those_in_flight()
    {
        var job = Start(Enumerable.Range(0, 6), concurrency: 4);
        Answer(job, 0);
        Answer(job, 2);

        job.Checkpoint();

        Assert.Equal([0], _results.Committed);
        job.Close();
        _calls.Clear();
        job = Start(Enumerable.Range(0, 6), concurrency: 4);
        Assert.Equal([1, 2, 3, 4], _calls.Keys);
        for (var value = 1; value < 6; value++) Answer(job, value);
        job.Run();
        Assert.Equal([0, 10, 20, 30, 40, 50], _results.Committed);
    }

    [Fact]
    public void What_is_in_flight_in_several_workers_comes_out_once_whatever_the_number_of_workers_of_the_next_run()
    {
        for (var partition = 0; partition < 3; partition++)
            _log.Append("numbers", Enumerable.Range(partition * 10, 10), partition, partitions: 3);
        foreach (var workers in (int[])[3, 2, 1, 3])
        {
            _calls.Clear();
            var job = StartTail(concurrency: 4, workers);
            foreach (var value in _calls.Keys.Take(_calls.Count / 2).ToArray()) Answer(job, value);
            job.Checkpoint();
            job.Close();
        }

        _calls.Clear();
        var last = StartTail(concurrency: 4, workers: 2);
        while (_calls.Values.Any(call => !call.Task.IsCompleted)) Answer(last, _calls.First(call => !call.Value.Task.IsCompleted).Key);
        last.Checkpoint();
        last.Close();

        Assert.Equal(Enumerable.Range(0, 30).Select(value => value * 10), _results.Committed.Order());
    }

    [Fact]
    public void Calls_since_the_last_checkpoint_are_made_again_after_a_crash()
    {
        _log.Append("numbers", [0, 1]);
        var job = StartTail();
        Answer(job, 0);
        Answer(job, 1);
        job.Checkpoint();
        _log.Append("numbers", [2, 3]);
        job.RunUntilIdle();
        Answer(job, 2);
        job.Close();
        _calls.Clear();

        job = StartTail();
        Assert.Equal([2, 3], _calls.Keys);
        Answer(job, 2);
        Answer(job, 3);
        job.Checkpoint();

        Assert.Equal([0, 10, 20, 30], _results.Committed);
        job.Close();
    }

    [Fact]
    public void A_watermark_stays_behind_the_records_before_it()
    {
        var pipeline = new Pipeline("map");
        var counts = Sink.Memory<(long, long)>();
        pipeline.From(Topic.Of<int>("times")).WithEventTime(x => (long)x).MapAsync(Call).KeyBy(_ => "all")
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10))).Aggregate(a => a.Count(), (_, w, n) => (w.StartMs, n)).To(counts);
        _log.Append("times", [1, 15]);
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        _log.Append("times", [30]);
        job.RunUntilIdle();

        foreach (var time in new[] { 30, 15, 1 }) Answer(job, time);
        job.Checkpoint();

        Assert.Equal([(0, 1), (10, 1)], counts.Committed);
        Assert.All(job.Status.Steps, step => Assert.Equal(0, step.Late));
        job.Close();
    }

    [Fact]
    public void A_call_that_fails_names_its_record()
    {
        var job = Start([1, 2, 3], concurrency: 3);
        Answer(job, 1);
        _calls[2].SetException(new InvalidOperationException("No answer"));

        var error = Assert.Throws<OperatorException>(job.Run);

        Assert.Equal(("map-async", "memory", 1L), (error.Step, error.Split, error.Position));
        Assert.StartsWith("Operator 'map-async' failed on memory@1: No answer. ", error.Message, StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public void Refuses_a_function_that_returns_no_task()
        => Assert.Equal(
            "It returned no task.",
            Assert.Throws<OperatorException>(() => Harness.Run([1], s => s.MapAsync(_ => (Task<int>)null!))).InnerException!.Message);

    [Fact]
    public async Task Wakes_its_worker_when_an_answer_comes_on_another_thread()
    {
        var asked = new BlockingCollection<TaskCompletionSource<int>>();
        var pipeline = new Pipeline("map");
        pipeline.From(Source.Of(Enumerable.Range(0, 50))).MapAsync(_ => Add(asked).Task, new() { Concurrency = 4 }).To(_results);
        await using var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 2 }, TestContext.Current.CancellationToken);

        for (var answered = 0; answered < 50; answered++) asked.Take(TestContext.Current.CancellationToken).SetResult(answered);
        await job.Completion;

        Assert.Equal(50, _results.Committed.Count);
    }

    private static TaskCompletionSource<int> Add(BlockingCollection<TaskCompletionSource<int>> asked)
    {
        var call = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        asked.Add(call);
        return call;
    }

    private SimulatedJob Start(IEnumerable<int> values, int concurrency)
    {
        var pipeline = new Pipeline("map");
        pipeline.From(Source.Of(values)).MapAsync(Call, new() { Concurrency = concurrency }).To(_results);
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        return job;
    }

    private SimulatedJob StartTail(int concurrency = 16, int workers = 1)
    {
        var pipeline = new Pipeline("map");
        pipeline.From(Topic.Of<int>("numbers")).MapAsync(Call, new() { Concurrency = concurrency }).To(_results);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();
        return job;
    }

    private Task<int> Call(int value)
    {
        _calls.Add(value, new TaskCompletionSource<int>());
        return _calls[value].Task;
    }

    private void Answer(SimulatedJob job, int value)
    {
        _calls[value].SetResult(value * 10);
        job.RunUntilIdle();
    }
}
