namespace Dataflow;

/// <summary>An origin of records. Built-in sources and users' own derive from this type alike.</summary>
/// <remarks>A source is a description: several jobs may read it. It is divided into splits, each an ordered sequence that can be read again
/// from any position that it has reported; this makes results exact after a crash.</remarks>
public abstract class Source<T>
{
    /// <summary>The name shown in the plan, in metrics and in errors, such as a topic's or file's name.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the source ends; a table of a bounded source is read to its end before any stream starts. Default true.</summary>
    public virtual bool IsBounded => true;

    /// <summary>The guarantee that holds after a crash, in a few words, for the plan; null: records are read again from the position of the
    /// last checkpoint, exactly once.</summary>
    public virtual string? Guarantee => null;

    /// <summary>Whether several processes may read the source at once, each some of its splits: every process finds the same splits, with
    /// the same records. Default false: on a log that processes share, one process at a time then runs the whole pipeline.</summary>
    public virtual bool MayBeShared => false;

    /// <summary>The topic that must exist when the source is described: the job creates it if it is missing. Null: the source needs none,
    /// or refuses to create it.</summary>
    public virtual NewTopic? Creates => null;

    /// <summary>The values that it reads from a topic of the job's log, which a start compares with those that were written there. Null,
    /// the default: it reads none.</summary>
    public virtual TopicValues? Reads => null;

    /// <summary>Finds a serde for every type that leaves the process here.</summary>
    /// <exception cref="PlanException">A type has no serde.</exception>
    public virtual void CheckTypes()
    {
    }

    /// <summary>Lists the splits, which can be read in parallel. Their names must be the same at every start of a job.</summary>
    /// <exception cref="DataflowException">The input is missing or not usable.</exception>
    public abstract IReadOnlyList<SplitDescription> Describe(SourceContext context);

    /// <summary>Opens a split at a position: 0, or one that a reader of this split has reported before.</summary>
    public abstract SourceReader<T> Open(SourceSplit split, long position, SourceContext context);

    /// <summary>Whether a split that was read to its end has changed since, according to <see cref="SourceSplit.Mark"/>; asked when a job
    /// starts again. A changed split is opened at its end, and read on.</summary>
    public virtual bool HasChanged(SourceSplit split) => false;

    /// <summary>Whether a reader takes in all of its split first, and then returns the records sorted by time. Default false.</summary>
    /// <remarks>Such a source must end. Streams wait until it is read, and its positions count records in the sorted order, so a checkpoint
    /// of the unsorted source does not fit. One process reads it. Its readers say <see cref="SourceReader{T}.IsGathering"/>.</remarks>
    public virtual bool SortsByTime => false;

    /// <summary>Whether the source reads what was there when the job first started, and nothing that was added later. Then a finished
    /// pipeline is not refused because its source has more. Default false.</summary>
    public virtual bool EndsAtFirstStart => false;

    /// <inheritdoc/>
    public override string ToString() => $"Source '{Name}'";
}
