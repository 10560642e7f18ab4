using Dataflow.Runtime;

namespace Dataflow.Extensibility;

/// <summary>Where the records of a step's second stream come in. Made by the <c>Add</c> that takes two streams.</summary>
public sealed record SecondInput<T> : Node, IConsumer<T>, ISecondInput
{
    internal SecondInput(Node<T> input)
        : base("second-input") => Input = input;

    internal Node<T> Input { get; }

    internal override Node Upstream => Input;

    Operator<T> IConsumer<T>.Build(TaskBuilder builder)
    {
        var owner = builder.Plan.Nodes.First(node => ReferenceEquals(node.Uses, this));
        var step = new SecondInputOperator<T>(owner.Id);
        builder.Add(this, step);
        return step;
    }
}

/// <summary>A second input of whatever type.</summary>
internal interface ISecondInput;

internal sealed class SecondInputOperator<T>(int ownerId) : Operator<T>
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
        catch (Exception error) when (Context.Task.IsFailure(error))
        {
            throw _ownerContext.Fail(error, record.Origin);
        }
    }

    public override void Advance(long watermark) => _owner.AdvanceSecond(watermark);

    public override void Idle(Idleness idleness) => _owner.IdleSecond(idleness);

    protected override void Open()
    {
        (_ownerContext, var owner) = Context.Task.Instances.First(step => step.Context.NodeId == ownerId);
        _owner = (ITakesSecond<T>)owner;
    }
}

/// <summary>A running step with a second input of one type.</summary>
internal interface ITakesSecond<T>
{
    void ProcessSecond(in Record<T> record);

    void AdvanceSecond(long watermark);

    void IdleSecond(Idleness idleness);
}
