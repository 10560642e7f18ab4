using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Tables;

/// <summary>Verbs of one's own that make tables.</summary>
public sealed class TableTests : StepContract
{
    private static readonly IReadOnlyList<Reading> All = Input.Readings(seed: 12);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static reading => reading.Value != Broken));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Readers_and_joins_find_the_rows_that_a_step_keeps_itself(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        log.Write("readings", [new(0, 1, 30), new(0, 2, 20), new(1, 3, 5)]);
        var found = Sink.Memory<string>();
        var pipeline = new Pipeline("highest");
        var readings = pipeline.From(Topic.Of<Reading>("readings")).KeyBy(static reading => reading.Key);
        var highest = readings.Highest(static reading => reading.Value);
        pipeline.From(Topic.Of<Reading>("questions", Input.Partitions)).KeyBy(static question => question.Key, "question")
            .Join(highest.Put(static reading => reading.Value), static (question, value) => $"{question.Key} has {value}")
            .Values().To(found);
        var job = SimulatedJob.Start(pipeline, log, workers);
        job.RunUntilIdle();
        log.Write("questions", [new(0, 0, 0), new(1, 0, 0)]);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(30, job.Ask(running => running.Read(highest).GetAsync(0)).Row.Value);
        Assert.False(job.Ask(running => running.Read(highest).GetAsync(2)).Exists);
        Assert.Equal(["0 has 30", "1 has 5"], found.Committed.Order());
        job.Close();
    }

    [Fact]
    public void A_table_of_a_step_that_keeps_no_rows_says_so_when_it_is_read()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("rowless");
        var changes = pipeline.From(Topic.Of<Reading>("readings")).KeyBy(static reading => reading.Key)
            .Highest(static reading => reading.Value)
            .Changes().Add(static input => new PutNode<int, Reading, long>("put", input, static reading => reading.Value));
        var table = new Table<int, long>(changes, "rowless");
        table.Changes().Pairs.To(Sink.Memory<Keyed<int, Change<long>>>());
        var job = SimulatedJob.Start(pipeline, log);

        var error = Assert.Throws<InvalidOperationException>(() => job.Ask(running => running.Read(table).GetAsync(0)));
        Assert.Contains("keeps no rows (ITableRows)", error.Message, StringComparison.Ordinal);
        job.Close();
    }

    [Fact]
    public void A_verb_of_grouped_values_serves_streams_and_tables()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        var (ofStream, ofTable) = (Sink.Memory<Keyed<int, Change<long>>>("of-stream"), Sink.Memory<Keyed<int, Change<long>>>("of-table"));
        var pipeline = Begin(fails: false);
        var readings = pipeline.Readings("readings");
        readings.Difference(static a => a.Sum(static reading => reading.Value), static a => a.Count()).Changes().Pairs.To(ofStream);
        readings.Highest(static reading => reading.Value).GroupBy(static reading => reading.Key % 2)
            .Difference(static a => a.Sum(static reading => reading.Value), static a => a.Count(), "of-rows").Changes().Pairs.To(ofTable);
        SimulatedJob.Start(pipeline, log, workers: 2).Run();

        Assert.Equal(
            All.GroupBy(static reading => reading.Key)
                .ToDictionary(static key => key.Key, static key => key.Sum(static one => one.Value - 1)),
            Last(ofStream));
        Assert.Equal(
            All.GroupBy(static reading => reading.Key).Select(static key => key.MaxBy(static one => one.Value)!)
                .GroupBy(static row => row.Key % 2)
                .ToDictionary(static group => group.Key, static group => group.Sum(static row => row.Value - 1)),
            Last(ofTable));
    }

    protected override void Fill(LogStore log) => log.Write("readings", All);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.Readings("readings")
            .Highest(reading => Check(reading.Value, fails))
            .Changes().Values().Select(static change => Text(change.New!)).To(Topic.Of<string>(Results));
        return pipeline;
    }

    private static Dictionary<int, long> Last(MemorySink<Keyed<int, Change<long>>> changes)
        => changes.Committed.GroupBy(static change => change.Key).ToDictionary(static key => key.Key, static key => key.Last().Value.New);

    private static string Text(Reading reading) => $"{reading.Key}: {reading.Value}";

    // Values only grow: each record is the highest of its key.
    private static string[] Texts(IEnumerable<Reading> readings) => [.. readings.Select(Text).Order(StringComparer.Ordinal)];
}
