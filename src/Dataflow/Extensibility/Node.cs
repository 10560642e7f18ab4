using Dataflow.Planning;
using Dataflow.State;

namespace Dataflow.Extensibility;

/// <summary>A step of a pipeline's description: immutable, without state of a run.</summary>
public abstract record Node(string Name)
{
    private static int s_lastId;

    /// <summary>The node's number, in the order of creation, which is an order from sources to sinks.</summary>
    internal int Id { get; } = Interlocked.Increment(ref s_lastId);

    /// <summary>The step whose output this one takes; null for sources and side outputs.</summary>
    internal virtual Node? Upstream => null;

    /// <summary>The call, such as <c>"Aggregate"</c>, whose argument 'name' names the step; null: the call that adds the step.</summary>
    public string? NamedBy { get; init; }

    /// <summary>A step in the same task whose state or side output this one uses.</summary>
    public virtual Node? Uses => null;

    /// <summary>The input that is read to its end before any stream starts; null: none.</summary>
    internal virtual Node? ReadFirst => null;

    /// <summary>Whether its records have event time: <c>WithEventTime</c> stands before it, on both streams where it takes two. Rows of
    /// tables, what is broadcast and what is read first need none.</summary>
    /// <remarks>A step whose results have times in no order overrides it: they are then no event time to steps behind.</remarks>
    public virtual bool HasEventTime
        => this is IGivesEventTime || (TimedInputs is [_, ..] inputs && inputs.TrueForAll(static input => input.HasEventTime));

    /// <summary>Whether its records count at any time, as rows of tables do, and so need no event time.</summary>
    internal virtual bool IsTimeless => false;

    private List<Node> TimedInputs => [.. Inputs.Where(input => !input.IsTimeless && !ReferenceEquals(input, ReadFirst))];

    /// <summary>All the steps that this one needs.</summary>
    internal IEnumerable<Node> Inputs => new[] { Upstream, Uses }.OfType<Node>();

    /// <summary>The type of its records' keys; null where they have none.</summary>
    internal virtual Type? KeyType => null;

    /// <summary>Further meaning of the step's state, which names and types of the declared states do not show; a restart compares it too.
    /// Null: there is none.</summary>
    public virtual string? StateSignature => null;

    /// <summary>The details that the plan shows beside the name.</summary>
    public virtual string Detail => "";

    /// <summary>Whether the step writes dead letters regardless of the pipeline's <see cref="ErrorPolicy"/>.</summary>
    public virtual bool WritesDeadLetters => false;

    /// <summary>Whether the step's state is read from outside, so that it may be the pipeline's last step.</summary>
    public virtual bool IsEnd => false;

    /// <summary>Whether several processes may run the step at once, each for some of the keys or splits. Default true.</summary>
    /// <remarks>A step overrides it that needs all records of the pipeline in one process, or keeps for a worker what is not in its states:
    /// on a log that processes share, one process at a time then runs the whole pipeline.</remarks>
    public virtual bool MayBeShared => true;

    /// <summary>The topic that must exist when the step is opened: the job creates it if it is missing. Null: the step needs
    /// none.</summary>
    /// <remarks>Two steps with a topic of the same name are a fault of the plan.</remarks>
    public virtual NewTopic? Creates => null;

    /// <summary>The aggregate of the step that workers begin before the exchange in front of it. Null, the default: none.</summary>
    public virtual PartialAggregation? PartialAggregation => null;

    /// <summary>Whether partial aggregates pass the step by, on their way from the exchange to the step behind this one. Default
    /// false.</summary>
    /// <remarks>For a step that hands each record on as it is and only takes out those that are late for the windows of the step behind.
    /// The records in partial aggregates, none of which is late, count as handed on.</remarks>
    public virtual bool LetsPartsPass => false;

    /// <summary>Whether its records are changes of rows: those of a table.</summary>
    internal virtual bool GivesRows => false;

    /// <summary>Whether it takes changes of rows, those in groups among them.</summary>
    internal virtual bool TakesRows => false;

    /// <summary>The values that it reads from a topic of the job's log; null: none.</summary>
    internal virtual TopicValues? Reads => null;

    /// <summary>The values that it writes to a topic of the job's log; null: none.</summary>
    internal virtual TopicValues? Writes => null;

    /// <summary>Checks the step before it runs; returns its faults, each with its remedy.</summary>
    public virtual IEnumerable<string> Check() => [];

    /// <summary>Checks the job's log for faults, such as data of an earlier job that do not fit; returns each with its remedy.</summary>
    /// <remarks>Called when a job starts, before anything is written, and once more right before <see cref="PrepareLogAsync"/>. A start
    /// with faults is refused; all faults of all steps are listed. It must write nothing.</remarks>
    public virtual IEnumerable<string> CheckLog(StartContext start) => [];

    /// <summary>Writes to the log what others are to find there, once nothing prevents the start any more: all steps are open, none has
    /// received a record.</summary>
    /// <remarks>Called once for the step, whatever the number of workers, and again at each start, so it must recognise its earlier work.
    /// No other job of the log may come between the last <see cref="CheckLog"/> and the end of this call. An error ends the
    /// start.</remarks>
    /// <param name="start">The context of the start: the log and the plan.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public virtual ValueTask PrepareLogAsync(StartContext start, CancellationToken cancellationToken) => default;

    /// <summary>Makes a step that never runs and has it declare its states; null for nodes without a running step.</summary>
    /// <exception cref="PlanException">The declaration has a fault.</exception>
    internal virtual StepDeclaration? Declare(bool keepsRejected, IEnumerable<ISideNode> taken) => null;

    /// <summary>Finds a serde for every type that leaves the process at this step.</summary>
    /// <exception cref="PlanException">A type has no serde.</exception>
    public virtual void CheckTypes()
    {
    }

    /// <summary>The kind of exchange after this step, for the plan; null where its records stay in the task.</summary>
    internal virtual string? Exchange => null;

    /// <summary>Whether this step is an exchange or has one anywhere before it.</summary>
    internal bool IsBehindExchange => Exchange is not null || Inputs.Any(static input => input.IsBehindExchange);

    /// <inheritdoc/>
    public sealed override string ToString() => Detail.Length == 0 ? Name : $"{Name} ({Detail})";
}

/// <summary>A step that emits records.</summary>
public abstract record Node<TOut>(string Name) : Node(Name)
{
    internal override bool GivesRows => AreRows(typeof(TOut));

    private protected static bool AreRows(Type type)
        => IsOf(type, typeof(Keyed<,>)) && IsOf(type.GenericTypeArguments[1], typeof(Change<>));

    private protected static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}

/// <summary>A step that takes records and emits records: the base of a user's own step.</summary>
/// <param name="Name">Shown in the plan, in metrics and in errors.</param>
/// <param name="Input">The step before this one.</param>
public abstract record Node<TIn, TOut>(string Name, Node<TIn> Input) : Node<TOut>(Name), IConsumer<TIn>
{
    internal override Node? Upstream => Input;

    internal override bool TakesRows => AreRows(typeof(TIn)) || (KeyType is not null && AreRows(typeof(TIn).GenericTypeArguments[1]));

    internal override Type? KeyType
        => IsOf(typeof(TIn), typeof(Keyed<,>)) ? typeof(TIn).GenericTypeArguments[0] : null;

    /// <summary>Creates the running step, once for each worker and once for the plan. It opens no files or connections: that belongs to
    /// <c>Open</c>.</summary>
    public abstract Operator<TIn, TOut> CreateOperator();

    internal override StepDeclaration Declare(bool keepsRejected, IEnumerable<ISideNode> taken)
    {
        var step = CreateOperator();
        var declaration = step.DeclareTo(
            new StepDeclaration(Name, new Changes(), keepsRejected, new StepOutputs(taken), $"{Name}#{Id}"));
        if (PartialAggregation is { } partial && !partial.IsTakenBy(step))
        {
            declaration.Fault($"step '{Name}' has a PartialAggregation that its operator does not take. Implement ITakesParts of the same "
                + "key and accumulator.");
        }

        return declaration;
    }

    Operator<TIn> IConsumer<TIn>.Build(IPlanBuilder builder) => builder.Step(this);
}

/// <summary>A step that takes the records of two streams, of one worker and in one task, such as a join.</summary>
/// <param name="Name">Shown in the plan, in metrics and in errors.</param>
/// <param name="Input">The step before on the first stream.</param>
/// <param name="Second">The input of the second stream.</param>
public abstract record Node<TFirst, TSecond, TOut>(string Name, Node<TFirst> Input, SecondInput<TSecond> Second)
    : Node<TFirst, TOut>(Name, Input)
{
    /// <summary>Whether all of the second stream is read before any record of the first: labels, for example, that wait for later
    /// events.</summary>
    /// <remarks>Its sources are then read when the job starts, and all streams wait for that, as they do for tables. They must end, and be
    /// no sources of the first stream; the plan checks both.</remarks>
    public virtual bool ReadsSecondFirst => false;

    /// <inheritdoc/>
    public override Node? Uses => Second;

    internal override Node? ReadFirst => ReadsSecondFirst ? Second : null;

    /// <inheritdoc/>
    public abstract override Operator<TFirst, TSecond, TOut> CreateOperator();
}

/// <summary>A node that takes records of one type.</summary>
internal interface IConsumer<TIn>
{
    Operator<TIn> Build(IPlanBuilder builder);
}
