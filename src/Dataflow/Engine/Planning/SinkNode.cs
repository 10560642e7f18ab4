namespace Dataflow.Planning;

internal sealed record SinkNode<T>(Sink<T> Sink, Node<T> Input) : Node(Sink.Name), ISinkNode, IConsumer<T>
{
    internal override Node Upstream => Input;

    public override string Detail => Sink.Guarantee;

    public (string Name, int Partitions)? Creates => (Sink as ICreatesTopic)?.Topic;

    public override void CheckTypes() => (Sink as IWritesBytes)?.CheckTypes();

    Operator<T> IConsumer<T>.Build(IPlanBuilder builder) => builder.Sink(this);
}

/// <summary>A sink of whatever type.</summary>
internal interface ISinkNode : IUsesTopic
{
}

/// <summary>A step that writes to a topic.</summary>
internal interface IUsesTopic
{
    /// <summary>The topic that must be there before the step is opened; null if it needs none.</summary>
    (string Name, int Partitions)? Creates { get; }
}

/// <summary>A step that the log must go with, and that leaves something there when a job starts.</summary>
internal interface IPreparesLog
{
    /// <summary>Compares the plan with what the log has. Writes nothing: the start may still be refused.</summary>
    /// <exception cref="PlanException">They do not go with each other.</exception>
    void CheckLog(Plan plan, Log.LogStore log);

    /// <summary>Writes what the plan leaves there, once nothing stands against the start any more; checks it again.</summary>
    /// <exception cref="PlanException">Plan and log do not go with each other.</exception>
    ValueTask PrepareLogAsync(Plan plan, Log.LogStore log, CancellationToken cancellationToken);
}
