namespace Dataflow.Tests.Connectors;

public class MemorySinkTests : SinkContract
{
    private MemorySink<Row> _sink = Sink.Memory<Row>();

    protected override Sink<Row> Create() => _sink;

    protected override IReadOnlyList<Row> Result() => _sink.Committed;

    protected override void Clear() => _sink = Sink.Memory<Row>();

    [Fact]
    public void Shows_only_what_committed_checkpoints_cover()
    {
        using var writer = _sink.Open(default, Context);
        writer.Write(Record(1));
        Assert.Empty(_sink.Committed);
        writer.Prepare(new CheckpointOutput());
        writer.Write(Record(2));
        Assert.Empty(_sink.Committed);
        writer.Commit();
        Assert.Equal([1], _sink.Committed.Select(row => row.Id));
    }

    [Fact]
    public void Shows_what_was_prepared_once_a_restarted_job_says_that_it_was_committed()
    {
        var writer = _sink.Open(default, Context);
        writer.Write(Record(1));
        var state = writer.Prepare(new CheckpointOutput());
        writer.Dispose();

        _sink.Open(state, Context).Dispose();

        Assert.Equal([1], _sink.Committed.Select(row => row.Id));
    }

    [Fact]
    public void Begins_with_the_first_new_record_in_a_new_process()
    {
        var writer = _sink.Open(default, Context);
        writer.Write(Record(1));
        var state = writer.Prepare(new CheckpointOutput());

        var elsewhere = Sink.Memory<Row>();
        using var another = elsewhere.Open(state, Context);
        another.Write(Record(2));
        var next = another.Prepare(new CheckpointOutput());
        another.Commit();

        Assert.Equal([2], elsewhere.Committed.Select(row => row.Id));
        elsewhere.Open(next, Context).Dispose();
        Assert.Equal([2], elsewhere.Committed.Select(row => row.Id));
    }

    private static Record<Row> Record(int id) => new(new Row(id, null, null), 0, default);
}
