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

    public void Connect(IPlanBuilder builder, ISideOutput output) => ((SideOutput<T>)output).ConnectTo(builder.Side(this));
}

/// <summary>A stream of whatever type that was taken of a step's second output.</summary>
internal interface ISideNode
{
    object Output { get; }

    Node Owner { get; }

    void DeclareIn(StepOutputs outputs);

    /// <summary>Builds all that follows in the same task, and has the output go there.</summary>
    void Connect(IPlanBuilder builder, ISideOutput output);
}
