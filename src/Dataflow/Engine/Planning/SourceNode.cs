using Dataflow.Checkpoints;
using Dataflow.Log;

namespace Dataflow.Planning;

internal sealed record SourceNode<T>(Source<T> Source, bool FeedsTable) : Node<T>(Source.Name), ISourceNode
{
    private const int MaxCounted = 10_000;

    public override string Detail => SortsByTime ? "put in order of time before streams start" : Source.Guarantee ?? "";

    /// <summary>The order of reading: positions in time order differ from the source's own, so a checkpoint holds for one or the
    /// other.</summary>
    public override string? StateSignature => SortsByTime ? "in order of time" : null;

    public bool SortsByTime => Source.SortsByTime;

    object ISourceNode.Source => Source;

    public override void CheckTypes() => Source.CheckTypes();

    public bool IsBounded => Source.IsBounded;

    public override bool MayBeShared => Source.MayBeShared;

    public override IEnumerable<string> Check()
        => SortsByTime && !IsBounded
            ? [$"source '{Name}' does not end, so it cannot be put in order. Of a topic, order what there is: StopAtEnd().OrderBy(...)."]
            : [];

    internal override TopicValues? Reads => Source.Reads;

    /// <summary>The topic that must exist before the source is described.</summary>
    public override NewTopic? Creates => Source.Creates;

    public IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        try
        {
            return Source.Describe(context);
        }
        catch (LogException error)
        {
            throw ConnectorException.NotInLog(Name, error);
        }
        catch (Exception error) when (OperatorException.IsBare(error))
        {
            throw OperatorException.FailedToRead(Name, "", -1, error);
        }
    }

    public long? UnreadOf(SourceSplit split, SplitPosition? read, SourceContext context)
    {
        if (Source.EndsAtFirstStart) return null;
        if (read is not null && IsBounded)
        {
            var since = split.End - (read.End ?? read.Position) ?? 0;
            if (since > 0) return since;
            if (since == 0 && !Source.HasChanged(split)) return null;
        }

        using var reader = Source.Open(split, read?.Position ?? 0, context);
        var count = reader.Lag ?? Count(reader);
        return count > 0 || !IsBounded ? count : null;
    }

    public void Build(IPlanBuilder builder) => builder.Source(this);

    private static long Count(SourceReader<T> reader)
    {
        var (count, records) = (0L, new Record<T>[256]);
        reader.OnReject = _ => count++;
        var read = -1;
        while ((read != 0 || reader.IsGathering) && count < MaxCounted)
        {
            read = reader.Read(records);
            count += read;
        }

        return count;
    }
}

/// <summary>A source of any type.</summary>
internal interface ISourceNode
{
    string Name { get; }

    /// <summary>The source, of whatever type.</summary>
    object Source { get; }

    bool FeedsTable { get; }

    bool IsBounded { get; }

    bool MayBeShared { get; }

    /// <summary>Whether all of it is read and sorted by time before any of it is emitted.</summary>
    bool SortsByTime { get; }

    IReadOnlyList<SplitDescription> Describe(SourceContext context);

    /// <summary>Counts the records of a split that were never read; null: there are none, and none can be added. If the source cannot tell,
    /// some are read: at least 10,000 if there are as many.</summary>
    /// <param name="split">The split, with the end that it has now.</param>
    /// <param name="read">The position up to which it was read; null: it never was.</param>
    /// <param name="context">The surroundings of the source.</param>
    long? UnreadOf(SourceSplit split, SplitPosition? read, SourceContext context);

    void Build(IPlanBuilder builder);
}
