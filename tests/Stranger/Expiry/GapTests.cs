using Dataflow;
using Dataflow.Testing;

namespace Stranger.Expiry;

/// <summary>State whose entries end.</summary>
public sealed class GapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Keys_that_are_quiet_are_forgotten_and_no_result_depends_on_when(int workers)
    {
        // Thirty thousand keys, one after the other, each of which comes twice; and one that comes again and again.
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", Enumerable.Range(1, 30_000).SelectMany(
            static key => new[] { new Reading(key, key * 10, 0), new Reading(key, (key * 10) + 1, 0), new Reading(0, (key * 10) + 2, 0) }));
        var gaps = Sink.Memory<long?>();
        var pipeline = new Pipeline("gaps");
        pipeline.Readings("readings").Gap(TimeSpan.FromSeconds(1)).Values().To(gaps);
        var job = SimulatedJob.Start(pipeline, log, workers);
        var most = 0L;
        while (!job.HasFinished)
        {
            job.Step();
            most = Math.Max(most, job.Status.Steps.Single(static step => step.Name == "gap").StateEntries);
        }

        Assert.Equal(30_001, gaps.Committed.Count(static gap => gap is null));
        Assert.Equal(30_000, gaps.Committed.Count(static gap => gap == 1));
        Assert.Equal(29_999, gaps.Committed.Count(static gap => gap == 10));
        Assert.InRange(most, 100, 15_000);
    }
}
