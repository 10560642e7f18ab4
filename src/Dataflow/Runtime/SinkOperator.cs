using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>Drives a sink's writer through the phases of each checkpoint.</summary>
internal sealed class SinkOperator<T>(Sink<T> sink) : Operator<T>, IHoldsResults
{
    private SinkWriter<T> _writer = null!;
    private string _stateKey = "";
    private long _captured;
    private long _committed;

    public long Uncommitted => Emitted - _committed;

    internal override bool IsOneToOne => true;

    internal override long PendingBytes => _writer.PendingBytes;

    public override void Process(in Record<T> record)
    {
        try
        {
            _writer.Write(in record);
        }
        catch (SerdeException error)
        {
            Reject(error, in record); // of the value alone: nothing of it was written
            return;
        }
        catch (Exception error) when (error is not DataflowException)
        {
            throw Fail(error, in record);
        }

        Emitted++;
    }

    public override void Advance(long watermark)
    {
    }

    public override void Close() => _writer?.Dispose();

    internal override void Capture(TaskCheckpoint checkpoint)
    {
        checkpoint.Save(_stateKey, _writer.Prepare(checkpoint.Output));
        _captured = Emitted;
    }

    internal override void Committed()
    {
        _writer.Commit();
        _committed = _captured;
    }

    internal override void Finish() => _writer.Finish();

    protected override void Open()
    {
        _stateKey = $"sink/{Context.Name}/{Context.Worker}";
        var job = Context.Task.Job;
        _writer = sink.Open(Context.Saved(_stateKey), new SinkContext(job.Log, Context.Worker)
        {
            Pipeline = job.Plan.Pipeline,
            PlanHash = Plan.HashOf(job.Plan.Nodes.First(node => node.Id == Context.NodeId)),
            Splits = job.Splits,
        });
    }
}

/// <summary>A step that has results which are not visible yet.</summary>
internal interface IHoldsResults
{
    long Uncommitted { get; }
}
