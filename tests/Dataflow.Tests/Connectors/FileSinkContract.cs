using Dataflow.Log;

namespace Dataflow.Tests.Connectors;

/// <summary>What sinks that write files promise besides.</summary>
public abstract class FileSinkContract : SinkContract
{
    private const int Count = 10;

    protected abstract Sink<Row> Create(IFileSystem disk);

    protected override Sink<Row> Create() => Create(PhysicalFileSystem.Instance);

    [Fact]
    public void Holds_every_row_once_whichever_operation_of_the_disk_a_crash_prevents() => AssertHoldsEveryRow(Create);

    protected void AssertHoldsEveryRow(Func<IFileSystem, Sink<Row>> create)
    {
        var operations = 0;
        while (CrashesAfter(operations, create))
        {
            Assert.Equal(Enumerable.Range(0, Count), Result().Select(row => row.Id));
            operations++;
        }

        Assert.InRange(operations, 5, 500);
    }

    private bool CrashesAfter(int operations, Func<IFileSystem, Sink<Row>> create)
    {
        Clear();
        var job = new Job();
        try
        {
            job.Run(create(new FaultyFileSystem(PhysicalFileSystem.Instance) { OperationsLeft = operations }));
            return false;
        }
        catch (Exception error) when (error is IOException or ConnectorException)
        {
            job.Run(create(PhysicalFileSystem.Instance));
            return true;
        }
    }

    /// <summary>Writes all rows with two checkpoints and finishes; run again, it carries on from its last checkpoint.</summary>
    private sealed class Job
    {
        private ReadOnlyMemory<byte> _state;
        private int _written;

        public void Run(Sink<Row> sink)
        {
            using var writer = sink.Open(_state, Context);
            while (_written < Count)
            {
                for (var i = _written; i < _written
                    + (Count / 2); i++) writer.Write(new Record<Row>(new Row(i, $"{i}", i), 0, new RecordOrigin(0, i)));
                _state = writer.Prepare(new CheckpointOutput());
                _written += Count / 2;
                writer.Commit();
            }

            writer.Finish();
        }
    }
}
