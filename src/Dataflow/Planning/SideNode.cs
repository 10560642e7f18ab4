using Dataflow.Runtime;

namespace Dataflow.Planning;

/// <summary>The stream that was taken of a step's second output: its late records, say.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Output">The output.</param>
/// <param name="Owner">The step.</param>
internal sealed record SideNode<T>(string Name, object Output, Node Owner) : Node<T>(Name), ISideNode
{
    internal override Node? Uses => Owner;

    public override string Detail => $"from {Owner.Name}";

    public void DeclareIn(StepOutputs outputs) => outputs.Declare<T>(Output);

    public void Connect(TaskBuilder builder, ISideOutput output)
    {
        var step = new SideOperator<T>();
        builder.Add(this, step);
        step.ConnectTo(BuildNext(builder));
        ((SideOutput<T>)output).ConnectTo(step);
    }
}

/// <summary>A stream of whatever type that was taken of a step's second output.</summary>
internal interface ISideNode
{
    object Output { get; }

    Node Owner { get; }

    void DeclareIn(StepOutputs outputs);

    /// <summary>Builds all that follows in the same task, and has the output go there.</summary>
    void Connect(TaskBuilder builder, ISideOutput output);
}

/// <summary>Counts what comes out at the side.</summary>
internal sealed class SideOperator<T> : Operator<T, T>
{
    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record) => Emit(in record);
}
