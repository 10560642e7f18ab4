namespace Dataflow.Runtime;

/// <summary>Drives a sink's writer through the phases of each checkpoint.</summary>
internal sealed class SinkOperator<T>(Sink<T> sink) : Operator<T>
{
    private SinkWriter<T> _writer = null!;
    private string _stateKey = "";

    internal override bool IsOneToOne => true;

    internal override long PendingBytes => _writer.PendingBytes;

    public override void Process(in Record<T> record)
    {
        try
        {
            _writer.Write(in record);
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
        => checkpoint.Save(_stateKey, _writer.Prepare(checkpoint.Output));

    internal override void Committed() => _writer.Commit();

    internal override void Finish() => _writer.Finish();

    protected override void Open()
    {
        _stateKey = $"sink/{Context.Name}/{Context.Worker}";
        _writer = sink.Open(Context.Saved(_stateKey), new SinkContext(Context.Task.Job.Log, Context.Worker));
    }
}
