using Dataflow;
using Dataflow.Codecs;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Connectors;

/// <summary>The parts of the job that sources and sinks of one's own can reach.</summary>
public sealed class ConnectorTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_split_knows_how_many_there_are_and_whether_it_was_added_since_the_checkpoint()
    {
        var first = new RoomsSource("hall") { Ends = false };
        Read(first);
        var second = new RoomsSource("hall", "attic") { Ends = false };
        Read(second);

        Assert.Equal([("hall", 1, false)], first.Opened);
        Assert.Equal([("attic", 2, true), ("hall", 2, false)], second.Opened.Order());

        var other = new RoomsSource("hall", "attic");
        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(Rooms(other, Sink.Memory<string>()), log).Run();
        Assert.All(other.Opened, opened => Assert.False(opened.IsAdded)); // nothing was read before
    }

    [Fact]
    public void A_source_of_changes_is_a_table()
    {
        var rows = Sink.Memory<string>();
        SimulatedJob.Start(Rooms(new RoomsSource("hall", "attic"), rows), _log).Run();

        Assert.Contains("hall 3", rows.Committed);
        Assert.Contains("attic 3", rows.Committed);
    }

    [Fact]
    public void Each_pipeline_has_a_topic_of_its_own_and_the_sink_writes_as_the_pipeline_does()
    {
        foreach (var name in new[] { "a", "b" })
        {
            var pipeline = new Pipeline(name).UseSerde(Serde.Json<string>());
            pipeline.From(Source.Of<string>([name])).To(new NotesSink());
            SimulatedJob.Start(pipeline, _log).Run();
        }

        Assert.Equal(["\"a\""], Topic.Of<string>("a.notes").ReadAll(_log));
        Assert.Equal(["\"b\""], Topic.Of<string>("b.notes").ReadAll(_log));
        Assert.False(_log.TryGetTopic("notes", out _));
    }

    [Fact]
    public void A_sink_reads_the_columns_of_rows_that_are_structs_too()
    {
        var sink = new ColumnsSink<Room>();
        var pipeline = new Pipeline("columns");
        pipeline.From(Source.Of<Room>([new("hall", 3), new("attic", null)])).To(sink);
        SimulatedJob.Start(pipeline, _log).Run();

        Assert.Equal(["hall", "attic"], sink.Columns["Name"]);
        Assert.Equal([3, null], sink.Columns["Doors"]);
    }

    [Fact]
    public void A_row_that_may_be_null_is_read_as_it_is()
    {
        object? box = null;
        var value = RowGetter.Of<int?>().Single(static property => property.Name == "Value").OfValue<int>();

        Assert.Equal([1, 2], new int?[] { 1, 2 }.Select(row => value(RowGetter.Box(row, ref box))));
    }

    [Fact]
    public async Task A_sink_has_the_jobs_clock_and_learns_when_the_job_ends()
    {
        var sink = new NotesSink();
        var pipeline = new Pipeline("live");
        pipeline.From(Topic.Of<string>("input")).To(sink);
        using var log = LogStore.Open("live", new LogOptions { Durability = Durability.Memory });
        var options = new JobOptions { Log = log, Time = new OtherClock() };

        await using (await pipeline.StartAsync(options, TestContext.Current.CancellationToken))
        {
            Assert.Same(options.Time, sink.Context!.Time);
            Assert.False(sink.Context.Stopping.IsCancellationRequested);
        }

        Assert.True(sink.Context.Stopping.IsCancellationRequested);
    }

    /// <summary>Begins to read, up to a checkpoint.</summary>
    private void Read(RoomsSource source)
    {
        var job = SimulatedJob.Start(Rooms(source, Sink.Memory<string>()), _log);
        job.Checkpoint();
        job.Close();
    }

    private static Pipeline Rooms(RoomsSource source, Sink<string> sink)
    {
        var pipeline = new Pipeline("rooms");
        pipeline.Table(source).Changes().Pairs.Select(change => $"{change.Key} {change.Value.New}").To(sink);
        return pipeline;
    }

    private sealed class OtherClock : TimeProvider;

    private readonly record struct Room(string Name, int? Doors);
}
