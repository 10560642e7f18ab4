using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

public sealed class LateRecordTests : IDisposable
{
    private const string Input = "readings";

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Counts_records_whose_windows_have_all_closed_and_drops_them(int workers)
    {
        Append(new("a", 5, 1), new("b", 6, 1), new("a", 25, 1));
        var counts = Sink.Memory<(string, long, long)>();
        var job = SimulatedJob.Start(Counting(Tumbling.Every(Ms(10)), counts), _log, workers);
        job.RunUntilIdle();

        Append(new("a", 9, 1), new("b", 20, 1), new("b", 3, 1)); // the watermark is 25: the window of 20 is still open
        job.RunUntilIdle();
        Append(new Reading("a", 40, 1));
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(2, Window(job).Late);
        Assert.Equal(40, Window(job).WatermarkMs);
        Assert.Equal([("a", 0, 1), ("a", 20, 1), ("b", 0, 1), ("b", 20, 1)], counts.Committed.Order());
        job.Close();
    }

    [Fact]
    public void A_record_counts_in_those_of_its_windows_that_are_still_open()
    {
        Append(new Reading("a", 35, 1));
        var counts = Sink.Memory<(string, long, long)>();
        var job = SimulatedJob.Start(Counting(Hopping.Of(Ms(30), every: Ms(10)), counts), _log);
        job.RunUntilIdle();

        Append(new("a", 22, 1), new("a", 60, 1)); // [0, 30) is closed, [10, 40) and [20, 50) are not
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(0, Window(job).Late);
        Assert.Equal([("a", 10, 2), ("a", 20, 2), ("a", 30, 1)], counts.Committed);
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Routes_late_records_to_a_stream_of_their_own(int workers)
    {
        var late = Sink.Memory<Reading>("late");
        var counts = Sink.Memory<(string, long, long)>();
        var pipeline = new Pipeline("late");
        Timed(pipeline).Window(Tumbling.Every(Ms(10)), out var lateStream)
            .Aggregate(a => a.Count(), (key, window, n) => (key, window.StartMs, n)).To(counts);
        lateStream.Where(r => r.Value > 0).To(late);
        Append(new("a", 5, 1), new("b", 30, 1));
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.RunUntilIdle();

        Append(new("a", 6, 2), new("b", 31, 3), new("c", 7, 0), new("c", 8, 4));
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal([2, 4], late.Committed.Select(r => r.Value).Order());
        Assert.Equal([("a", 0, 1)], counts.Committed);
        Assert.Equal(3, Window(job).Late);
        job.Close();
    }

    [Fact]
    public void A_restarted_job_knows_what_is_late()
    {
        var counts = Sink.Memory<(string, long, long)>();
        Append(new("a", 5, 1), new("a", 30, 1));
        var job = SimulatedJob.Start(Counting(Tumbling.Every(Ms(10)), counts), _log, workers: 2);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        Append(new("a", 6, 1), new("a", 50, 1));
        job = SimulatedJob.Start(Counting(Tumbling.Every(Ms(10)), counts), _log, workers: 3);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(1, Window(job).Late);
        Assert.Equal([("a", 0, 1), ("a", 30, 1)], counts.Committed);
        job.Close();
    }

    private static StepStatus Window(SimulatedJob job) => job.Status.Steps.Single(step => step.Name == "window");

    private static Pipeline Counting(WindowSpec windows, MemorySink<(string, long, long)> counts)
    {
        var pipeline = new Pipeline("late");
        Timed(pipeline).Window(windows).Aggregate(a => a.Count(), (key, window, n) => (key, window.StartMs, n)).To(counts);
        return pipeline;
    }

    private static KeyedStream<string, Reading> Timed(Pipeline pipeline)
        => pipeline.From(Topic.Of<Reading>(Input)).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor);

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void Append(params Reading[] readings) => _log.Append(Input, readings);
}
