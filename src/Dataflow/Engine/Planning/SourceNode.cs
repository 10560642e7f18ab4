namespace Dataflow.Planning;

internal sealed record SourceNode<T>(Source<T> Source, bool FeedsTable) : Node<T>(Source.Name), ISourceNode
{
    public override string Detail => IsOrdered ? "put in order of time before streams start" : "";

    /// <summary>The order of reading: positions in time order differ from the source's own, so a checkpoint holds for one or the
    /// other.</summary>
    public override string? StateSignature => IsOrdered ? "in order of time" : null;

    public bool IsOrdered => Source.IsOrdered;

    public override void CheckTypes() => Source.CheckTypes();

    public bool IsBounded => Source.IsBounded;

    public override IEnumerable<string> Check()
        => IsOrdered && !IsBounded
            ? [$"source '{Name}' does not end, so it cannot be put in order. Of a topic, order what there is: StopAtEnd().OrderBy(...)."]
            : [];

    /// <summary>The topic that must exist before the source is described.</summary>
    public override NewTopic? Creates => Source.Creates;

    public IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        try
        {
            return Source.Describe(context);
        }
        catch (Exception error) when (OperatorException.IsBare(error))
        {
            throw OperatorException.FailedToRead(Name, "", -1, error);
        }
    }

    public void Build(IPlanBuilder builder) => builder.Source(this);
}

/// <summary>A source of any type.</summary>
internal interface ISourceNode
{
    string Name { get; }

    bool FeedsTable { get; }

    bool IsBounded { get; }

    /// <summary>Whether all of it is read and sorted by time before any of it is emitted.</summary>
    bool IsOrdered { get; }

    IReadOnlyList<SplitDescription> Describe(SourceContext context);

    void Build(IPlanBuilder builder);
}
