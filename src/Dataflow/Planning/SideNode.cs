using Dataflow.Runtime;

namespace Dataflow.Planning;

/// <summary>A second output of a step: its late records, say.</summary>
internal sealed record SideNode<T>(string Name, Node Owner) : Node<T>(Name)
{
    internal override Node? Uses => Owner;

    internal override string Detail => $"from {Owner.Name}";

    internal override Operator<T> BuildNext(TaskBuilder builder)
    {
        var step = new SideOperator<T>();
        builder.Add(this, step);
        step.ConnectTo(base.BuildNext(builder));
        return step;
    }
}

/// <summary>Counts what comes out at the side.</summary>
internal sealed class SideOperator<T> : Operator<T, T>
{
    internal override bool IsOneToOne => true;

    public override void Process(in Record<T> record) => Emit(in record);
}
