using Dataflow.Planning;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>A step of a pipeline as the user wrote it: immutable, with no state of a run.</summary>
public abstract record Node(string Name)
{
    private static int s_lastId;

    /// <summary>Nodes are numbered in the order of their making, which is an order from sources to sinks.</summary>
    internal int Id { get; } = Interlocked.Increment(ref s_lastId);

    /// <summary>The step whose records this one takes; null for sources and side outputs.</summary>
    internal virtual Node? Upstream => null;

    /// <summary>A step whose state or side output this one uses, in the same task.</summary>
    internal virtual Node? Uses => null;

    /// <summary>All the steps that this one needs.</summary>
    internal IEnumerable<Node> Inputs => new[] { Upstream, Uses }.OfType<Node>();

    /// <summary>The type of the keys that its records have; null where they have none.</summary>
    internal virtual Type? KeyType => null;

    /// <summary>The meaning of what the step keeps, where that does not follow from names and types of the states that it declares: a restart
    /// compares it too. Null: nothing is to be added.</summary>
    public virtual string? StateSignature => null;

    /// <summary>What the plan shows beside the name.</summary>
    public virtual string Detail => "";

    /// <summary>Whether the step writes dead letters whatever the pipeline says of errors.</summary>
    public virtual bool WritesDeadLetters => false;

    /// <summary>Whether what the step keeps is read from outside, so that nothing need follow it.</summary>
    public virtual bool IsEnd => false;

    /// <summary>The faults of this step that can be seen before it runs, each with what mends it.</summary>
    public virtual IEnumerable<string> Check() => [];

    /// <summary>Has a step that never runs declare what it keeps; null where nothing runs.</summary>
    /// <exception cref="PlanException">What it declares has a fault.</exception>
    internal virtual StepDeclaration? Declare(bool keepsRejected, IEnumerable<ISideNode> taken) => null;

    /// <summary>Looks for a way to write every type that leaves the process here.</summary>
    /// <exception cref="PlanException">There is none for one of them.</exception>
    public virtual void CheckTypes()
    {
    }

    /// <summary>Whether records go to another task after this step, and how.</summary>
    internal virtual string? Exchange => null;

    /// <summary>Whether an exchange lies anywhere before this step, or it is one.</summary>
    internal bool IsBehindExchange => Exchange is not null || Inputs.Any(static input => input.IsBehindExchange);

    /// <inheritdoc/>
    public sealed override string ToString() => Detail.Length == 0 ? Name : $"{Name} ({Detail})";
}

/// <summary>A step that gives records to others.</summary>
public abstract record Node<TOut>(string Name) : Node(Name);

/// <summary>A step that takes records and gives records: the one to derive from for an operator of one's own.</summary>
/// <param name="Name">Shown in the plan, in metrics and in errors.</param>
/// <param name="Input">The step before.</param>
public abstract record Node<TIn, TOut>(string Name, Node<TIn> Input) : Node<TOut>(Name), IConsumer<TIn>
{
    internal override Node? Upstream => Input;

    internal override Type? KeyType
        => typeof(TIn).IsGenericType && typeof(TIn).GetGenericTypeDefinition() == typeof(Keyed<,>) ? typeof(TIn).GenericTypeArguments[0] : null;

    /// <summary>Makes the running step, once for each worker and once for the plan: what it needs of files or services is for its <c>Open</c>.</summary>
    public abstract Operator<TIn, TOut> CreateOperator();

    internal override StepDeclaration Declare(bool keepsRejected, IEnumerable<ISideNode> taken)
        => CreateOperator().DeclareTo(new StepDeclaration(Name, new Changes(), keepsRejected, new StepOutputs(taken), $"{Name}#{Id}"));

    Operator<TIn> IConsumer<TIn>.Build(IPlanBuilder builder) => builder.Step(this);
}

/// <summary>A step that takes records of two streams, of one worker and in one task: a join, say.</summary>
/// <param name="Name">Shown in the plan, in metrics and in errors.</param>
/// <param name="Input">The step before on the first stream.</param>
/// <param name="Second">Where the records of the second stream come in.</param>
public abstract record Node<TFirst, TSecond, TOut>(string Name, Node<TFirst> Input, SecondInput<TSecond> Second)
    : Node<TFirst, TOut>(Name, Input)
{
    internal override Node? Uses => Second;

    /// <inheritdoc/>
    public abstract override Operator<TFirst, TSecond, TOut> CreateOperator();
}

/// <summary>A node that takes records of one type.</summary>
internal interface IConsumer<TIn>
{
    Operator<TIn> Build(IPlanBuilder builder);
}
