namespace Dataflow.Runtime;

/// <summary>Wraps a step that is not the engine's, and names it in its errors.</summary>
internal sealed class OwnStep<T>(Operator<T> step, OperatorContext context) : Operator<T>
{
    public override void Process(in Record<T> record)
    {
        try
        {
            step.Process(in record);
        }
        catch (Exception error) when (context.Task.IsFailure(error))
        {
            throw context.Fail(error, record.Origin);
        }
    }

    public override void Advance(long watermark) => context.Call(() => step.Advance(watermark));

    public override void Idle(Idleness idleness) => context.Call(() => step.Idle(idleness));
}
