using Dataflow.Testing;

namespace Dataflow.Tests.Docs.Samples;

public sealed class OwnLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_smallest_source_is_read_into_the_smallest_sink_by_a_job_and_the_one_after_it()
    {
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(Create(), log);
        job.Step();
        job.Checkpoint();
        job.Close();

        SimulatedJob.Start(Create(), log).Run();

        Assert.Equal(Enumerable.Range(0, 5000).Select(number => $"{number}"), File.ReadLines(_folder["lines"]));
    }

    public void Dispose() => _folder.Dispose();

    private Pipeline Create()
    {
        var pipeline = new Pipeline("lines");
        pipeline.From(new NumberSource(end: 5000)).To(new LineSink<long>(_folder["lines"]));
        return pipeline;
    }
}
