using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Views;

/// <summary>A step that is read from outside and from the step behind it.</summary>
public sealed class TallyTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly LogStore _other = SimulatedJob.OpenLog();
    private readonly Tally<int> _tally = new();

    public void Dispose()
    {
        _log.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Two_jobs_of_one_pipeline_are_read_each_on_its_own(int workers)
    {
        var pipeline = Counting(_tally);
        _log.Write("readings", [new(0, 1, 0), new(0, 2, 0), new(1, 3, 0)]);
        _other.Write("readings", [new(1, 1, 0)]);
        var (job, other) = (SimulatedJob.Start(pipeline, _log, workers), SimulatedJob.Start(pipeline, _other, workers));
        job.RunUntilIdle();
        other.RunUntilIdle();

        Assert.Equal((2, 1, 0), (Read(job, 0), Read(job, 1), Read(job, 2)));
        Assert.Equal((0, 1, 0), (Read(other, 0), Read(other, 1), Read(other, 2)));
        job.Checkpoint();
        var (counts, checkpoint) = job.Ask(_tally.GetAllAsync);
        Assert.Equal([(0, 2), (1, 1)], counts.Select(static count => (count.Key, count.Value)).Order());
        Assert.Equal(1, checkpoint);
        job.Close();
        other.Close();
    }

    [Fact]
    public void A_job_without_the_step_has_no_instances_of_it()
    {
        _ = Counting(_tally);
        var job = SimulatedJob.Start(Counting(new Tally<int>()), _log);

        Assert.Throws<InvalidOperationException>(() => Read(job, 0));
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_step_behind_finds_the_one_of_its_own_worker_and_shares_what_belongs_to_the_worker(int workers)
    {
        var all = Input.Readings(seed: 11);
        _log.Write("readings", all);
        var (changes, more) = (Sink.Memory<Keyed<int, (long Count, long Load)>>(), new Tally<int>());
        var pipeline = new Pipeline("watched");
        pipeline.Readings("readings").Count(_tally).Count(more, "tally-again").Changed(_tally).Pairs.To(changes);
        SimulatedJob.Start(pipeline, _log, workers).Run();

        var last = changes.Committed.GroupBy(static change => change.Key)
            .ToDictionary(static key => key.Key, static key => key.Last().Value);
        Assert.Equal(
            all.GroupBy(static reading => reading.Key).Select(static key => (key.Key, (long)key.Count())).Order(),
            last.Select(static key => (key.Key, key.Value.Count)).Order());
        Assert.InRange(last.Max(static key => key.Value.Load), 2 * all.Count / workers, workers == 1 ? 2 * all.Count : (2 * all.Count) - 1);
    }

    private static Pipeline Counting(Tally<int> tally)
    {
        var pipeline = new Pipeline("counted");
        pipeline.From(Topic.Of<Reading>("readings")).KeyBy(static reading => reading.Key).Count(tally);
        return pipeline;
    }

    private long Read(SimulatedJob job, int key) => job.Ask(running => _tally.GetAsync(running, key));
}
