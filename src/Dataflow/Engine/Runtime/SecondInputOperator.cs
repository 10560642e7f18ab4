namespace Dataflow.Runtime;

/// <summary>Passes the records of a second stream to the step that takes both.</summary>
internal sealed class SecondInputOperator<T>(int ownerId, bool isReadFirst) : Operator<T>
{
    private ITakesSecond<T> _owner = null!; // set by Open
    private OperatorContext _ownerContext = null!; // set by Open

    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        Emitted++;
        try
        {
            _owner.ProcessSecond(in record);
        }
        catch (Exception error) when (Context.IsFailure(error))
        {
            throw _ownerContext.Fail(error, record.Origin);
        }
    }

    public override void Advance(long watermark)
    {
        _owner.AdvanceSecond(watermark);
        if (isReadFirst && watermark == long.MaxValue) Context.InputLoaded();
    }

    public override void Idle(Idleness idleness) => _owner.IdleSecond(idleness);

    protected override void Open()
    {
        (_ownerContext, var owner) = Context.Task.InstanceOf(ownerId)!.Value;
        _owner = (ITakesSecond<T>)owner;
    }
}
