namespace Dataflow;

/// <summary>Where records come from. Built-in sources and a user's own derive from this type alike.</summary>
/// <remarks>
/// A source is a description: it may be read by several jobs. It is divided into splits, each an ordered sequence that can
/// be read again from any position it has reported; that is what makes results exact after a crash.
/// </remarks>
public abstract class Source<T>
{
    /// <summary>The name shown in the plan, in metrics and in errors: a topic's or file's name, say.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it ends; a table of a source that ends is read to its end before any stream starts.</summary>
    public virtual bool IsBounded => true;

    /// <summary>The topic that must be there when the source is described: the job creates it where it is missing. Null: it needs none, or
    /// must find it.</summary>
    public virtual NewTopic? Creates => null;

    /// <summary>Looks for a way to write every type that leaves the process here.</summary>
    /// <exception cref="PlanException">There is none for one of them.</exception>
    public virtual void CheckTypes()
    {
    }

    /// <summary>Lists what can be read in parallel. The names must be the same at every start of a job.</summary>
    /// <exception cref="DataflowException">What the source reads from is missing or not usable.</exception>
    public abstract IReadOnlyList<SplitDescription> Describe(SourceContext context);

    /// <summary>Opens a split at a position: 0, or what a reader of this split has reported before.</summary>
    public abstract SourceReader<T> Open(SourceSplit split, long position, SourceContext context);

    /// <summary>Whether a split that was read to its end has changed since, as <see cref="SourceSplit.Mark"/> tells; asked when a job starts
    /// again. It is then opened at its end, and read on.</summary>
    public virtual bool HasChanged(SourceSplit split) => false;

    /// <inheritdoc/>
    public override string ToString() => $"Source '{Name}'";
}
