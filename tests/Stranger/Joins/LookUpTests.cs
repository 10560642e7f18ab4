using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;
using Stranger.Tables;

namespace Stranger.Joins;

/// <summary>A join of one's own with the rows of a table.</summary>
public sealed class LookUpTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 23);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Finds_the_rows_of_a_table_that_is_computed_from_the_same_stream(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", [new(0, 1, 30), new(1, 2, 5)]);
        var found = Sink.Memory<string>();
        var pipeline = Begin(fails: false);
        var readings = pipeline.From(Topic.Of<Reading>("readings")).KeyBy(static reading => reading.Key);
        readings.LookUp(readings.Highest(static reading => reading.Value), static (reading, row) => $"{reading.Key} has {row?.Value}")
            .Values().To(found);
        var job = SimulatedJob.Start(pipeline, log, workers);
        job.RunUntilIdle();
        log.Write("readings", [new(0, 3, 10), new(1, 4, 1)]);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(["0 has 30", "1 has 5"], found.Committed.TakeLast(2).Order());
        job.Close();
    }

    [Fact]
    public void Event_time_is_that_of_the_stream()
    {
        var pipeline = Begin(fails: false);
        pipeline.Readings("readings").LookUp(Names(pipeline), static (_, name) => name?.Value)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(1))).Aggregate(static a => a.Count(), static (_, _, count) => count)
            .Values().To(Sink.Memory<long>());

        Assert.Contains("names (read before streams start)", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    protected override void Fill(LogStore log)
    {
        log.Write("readings", All);
        log.Write("names", Enumerable.Range(0, 10).Select(static key => new Reading(key, 0, 100 + key)));
    }

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings")
            .LookUp(Names(pipeline), (reading, name) => Text(Check(reading.Value, fails), name?.Value)).Values()
            .To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static Table<int, Reading> Names(Pipeline pipeline)
        => pipeline.Table(Topic.Of<Reading>("names").StopAtEnd(), static name => name.Key);

    private static string Text(long value, long? name) => $"{value} of {name}";

    private static string[] Texts(IEnumerable<Reading> readings)
        => [.. readings.Select(static reading => Text(reading.Value, reading.Key < 10 ? 100 + reading.Key : null))
            .Order(StringComparer.Ordinal)];
}
