using Dataflow.Runtime;

namespace Dataflow.Planning;

internal sealed record SourceNode<T>(Source<T> Source, bool FeedsTable) : Node<T>(Source.Name), ISourceNode
{
    internal override string Detail => FeedsTable && Source.IsBounded ? "read before streams start" : "";

    internal override void CheckTypes() => (Source as IWritesBytes)?.CheckTypes();

    public bool IsBounded => Source.IsBounded;

    public (string Name, int Partitions)? Creates => (Source as ICreatesTopic)?.Topic;

    public IReadOnlyList<SplitDescription> Describe(SourceContext context) => Source.Describe(context);

    public void Build(TaskBuilder builder)
    {
        var task = builder.TaskOf(this);
        var splits = builder.Job.SplitsOf(this).Where(split => split.Index % builder.Job.Workers.Count == builder.Worker.Index);
        task.AddInput(new SourceInput<T>(this, splits, task, BuildNext(builder)));
    }
}

/// <summary>A source of whatever type.</summary>
internal interface ISourceNode
{
    string Name { get; }

    bool FeedsTable { get; }

    bool IsBounded { get; }

    /// <summary>The topic that must be there before the source is described; null if it needs none, or must find it.</summary>
    (string Name, int Partitions)? Creates { get; }

    IReadOnlyList<SplitDescription> Describe(SourceContext context);

    void Build(TaskBuilder builder);
}
