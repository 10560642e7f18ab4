using Dataflow.Log;

namespace Dataflow.Planning;

internal sealed record SinkNode<T>(Sink<T> Sink, Node<T> Input) : Node(Sink.Name), ISinkNode, IConsumer<T>
{
    internal override Node Upstream => Input;

    public override string Detail => Sink.Guarantee;

    public override bool MayBeShared => Sink.MayBeShared;

    public bool MayBeSharedOn(PartitionedLog log) => Sink.MayBeSharedOn(log);

    public override NewTopic? Creates => Sink.Creates;

    internal override TopicValues? Writes => Sink.Writes;

    public override void CheckTypes() => Sink.CheckTypes();

    Operator<T> IConsumer<T>.Build(IPlanBuilder builder) => builder.Sink(this);
}

/// <summary>A sink of any type.</summary>
internal interface ISinkNode
{
    /// <inheritdoc cref="Sink{T}.MayBeSharedOn"/>
    bool MayBeSharedOn(PartitionedLog log);
}
