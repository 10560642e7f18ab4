using Dataflow.Planning;

namespace Dataflow.Extensibility;

/// <summary>The input of a step's second stream. Made by the <c>Add</c> that takes two streams.</summary>
public sealed record SecondInput<T> : Node, IConsumer<T>, ISecondInput
{
    internal SecondInput(Node<T> input)
        : base("second-input") => Input = input;

    internal Node<T> Input { get; }

    internal override Node Upstream => Input;

    internal override bool IsTimeless => Input.IsTimeless;

    Operator<T> IConsumer<T>.Build(IPlanBuilder builder) => builder.SecondInput(this);
}

/// <summary>A second input of any type.</summary>
internal interface ISecondInput;

/// <summary>A running step with a second input of one type.</summary>
internal interface ITakesSecond<T>
{
    void ProcessSecond(in Record<T> record);

    void AdvanceSecond(long watermark);

    void IdleSecond(Idleness idleness);
}
