namespace Dataflow.Planning;

/// <summary>A stream that was taken from a step's side output, such as its late records.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Output">The output.</param>
/// <param name="Owner">The step.</param>
internal sealed record SideNode<T>(string Name, object Output, Node Owner) : Node<T>(Name), ISideNode
{
    public override Node? Uses => Owner;

    public override string Detail => $"from {Owner.Name}";

    public bool HasKeys<TKey>()
        => typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(Keyed<,>)
            && typeof(T).GenericTypeArguments is [var key, var value] && key == typeof(TKey)
            && Output.GetType().GenericTypeArguments is [var ofOutput] && ofOutput == value;

    public void DeclareIn(StepOutputs outputs) => outputs.Declare<T>(Output);

    public void Connect(IPlanBuilder builder, ISideOutput output) => ((SideOutput<T>)output).ConnectTo(builder.Side(this));
}

/// <summary>A stream of any type that was taken from a step's side output.</summary>
internal interface ISideNode
{
    object Output { get; }

    Node Owner { get; }

    /// <summary>Whether its records are the output's with keys of a type.</summary>
    bool HasKeys<TKey>();

    void DeclareIn(StepOutputs outputs);

    /// <summary>Builds the steps that follow in the same task, and connects the output to them.</summary>
    void Connect(IPlanBuilder builder, ISideOutput output);
}
