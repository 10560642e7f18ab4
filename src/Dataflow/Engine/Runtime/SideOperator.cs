namespace Dataflow.Runtime;

/// <summary>Counts the records of a side output.</summary>
internal sealed class SideOperator<T> : Operator<T, T>
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record) => Emit(in record);
}
