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

    /// <summary>The input that is read to its end before any stream starts; null: none.</summary>
    internal virtual Node? ReadFirst => null;

    /// <summary>Whether its records have event time: <c>WithEventTime</c> stands before it, on both streams where it takes two. Rows of
    /// tables and what is broadcast need none.</summary>
    public bool HasEventTime
        => this is IGivesEventTime || (TimedInputs is [_, ..] inputs && inputs.TrueForAll(static input => input.HasEventTime));

    private List<Node> TimedInputs => [.. Inputs.Where(static input => !input.IsTimeless)];

    /// <summary>Whether its records count at any time, as rows of tables do, and so need no event time.</summary>
    internal virtual bool IsTimeless => false;

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

    /// <summary>The topic that must be there when the step is opened: the job creates it where it is missing. Null: the step needs
    /// none.</summary>
    /// <remarks>Two steps whose topic has one name are a fault of the plan.</remarks>
    public virtual NewTopic? Creates => null;

    /// <summary>The faults of this step that can be seen before it runs, each with what mends it.</summary>
    public virtual IEnumerable<string> Check() => [];

    /// <summary>The faults that only the job's log shows, such as what an earlier job left there and this one cannot go with; each with
    /// what mends it.</summary>
    /// <remarks>Called when a job starts, before anything is written, and once more right before <see cref="PrepareLogAsync"/>. A start
    /// with faults is refused; all faults of all steps are listed. It must write nothing.</remarks>
    public virtual IEnumerable<string> CheckLog(StartContext start) => [];

    /// <summary>Leaves in the log what others are to find there, once nothing stands against the start any more: all steps are open, none
    /// has seen a record.</summary>
    /// <remarks>Called once for the step, whatever the number of workers, and again at each start, so that it must find its own work done.
    /// No other job of the log is between its last <see cref="CheckLog"/> and the end of this meanwhile. An error ends the start.</remarks>
    /// <param name="start">The surroundings of the job.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    public virtual ValueTask PrepareLogAsync(StartContext start, CancellationToken cancellationToken) => default;

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
    /// <summary>Whether all of the second stream is read before any record of the first: labels, say, that wait for what comes.</summary>
    /// <remarks>Its sources are then read when the job starts, and all streams wait for that, as they do for tables. They must end, and be
    /// no sources of the first stream; the plan checks both.</remarks>
    public virtual bool ReadsSecondFirst => false;

    internal override Node? Uses => Second;

    internal override Node? ReadFirst => ReadsSecondFirst ? Second : null;

    /// <inheritdoc/>
    public abstract override Operator<TFirst, TSecond, TOut> CreateOperator();
}

/// <summary>A node that takes records of one type.</summary>
internal interface IConsumer<TIn>
{
    Operator<TIn> Build(IPlanBuilder builder);
}
