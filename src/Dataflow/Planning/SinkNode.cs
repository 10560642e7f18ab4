using Dataflow.Runtime;

namespace Dataflow.Planning;

internal sealed record SinkNode<T>(Sink<T> Sink, Node<T> Input) : Node(Sink.Name), ISinkNode, IConsumer<T>
{
    internal override Node Upstream => Input;

    internal override string Detail => Sink.Guarantee;

    public (string Name, int Partitions)? Creates => (Sink as ICreatesTopic)?.Topic;

    internal override void CheckTypes() => (Sink as IWritesBytes)?.CheckTypes();

    Operator<T> IConsumer<T>.Build(TaskBuilder builder)
    {
        if (!Sink.IsParallel && builder.Worker.Index != 0) return new Nowhere<T>();
        var step = new SinkOperator<T>(Sink);
        builder.Add(this, step);
        return step;
    }
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

/// <summary>A step that looks at the log before a job is built.</summary>
internal interface IPreparesLog
{
    /// <summary>Writes what the step needs there.</summary>
    /// <exception cref="PlanException">The step does not go with what the log has.</exception>
    ValueTask PrepareAsync(string pipeline, Log.LogStore log, CancellationToken stop);
}
