using Dataflow.Log;

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

    /// <summary>Lists what can be read in parallel. The names must be the same at every start of a job.</summary>
    /// <exception cref="DataflowException">What the source reads from is missing or not usable.</exception>
    public abstract IReadOnlyList<SplitDescription> Describe(SourceContext context);

    /// <summary>Opens a split at a position: 0, or what a reader of this split has reported before.</summary>
    public abstract SourceReader<T> Open(SourceSplit split, long position, SourceContext context);

    /// <summary>Whether a split that was read to its end has changed since, as <see cref="SourceSplit.Mark"/> tells; asked when a job starts
    /// again. It is then opened at its end, and read on.</summary>
    public virtual bool HasChanged(SourceSplit split) => false;
}

/// <summary>What a source says of one of its splits.</summary>
/// <param name="Name">Unique within the job: <c>flights[3]</c> or a file's name.</param>
/// <param name="End">The position at which the split ends, where that is known when the job first starts; it is kept with
/// the checkpoints, so that a restarted job ends at the same record. Null: the reader knows or there is no end.</param>
public sealed record SplitDescription(string Name, long? End = null);

/// <summary>A split of a running job.</summary>
/// <param name="Id">Its number in the job, for <see cref="RecordOrigin"/>.</param>
/// <param name="Index">Its index in what <see cref="Source{T}.Describe"/> returned.</param>
/// <param name="Name">Its name.</param>
/// <param name="End">Where it ends, as found when the job first started.</param>
public sealed record SourceSplit(int Id, int Index, string Name, long? End)
{
    /// <summary>The mark that its last reader gave as <see cref="SourceReader{T}.Mark"/> at the position; empty at first.</summary>
    public ReadOnlyMemory<byte> Mark { get; init; }
}

/// <summary>What a source may use of the job that reads it.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Time">The only clock.</param>
public sealed record SourceContext(LogStore Log, TimeProvider Time);

/// <summary>Reads one split. Only one thread calls it.</summary>
public abstract class SourceReader<T> : IDisposable
{
    /// <summary>Reads what is there now, without blocking for more to arrive.</summary>
    /// <param name="records">To be filled from its start; each record names its origin.</param>
    /// <returns>How many were filled; 0 when none is there now.</returns>
    /// <exception cref="OperatorException">A record could not be decoded, and such records are to stop the job: see
    /// <see cref="Reject"/>.</exception>
    public abstract int Read(Span<Record<T>> records);

    /// <summary>The position from which a new reader would return what this one has not returned yet.</summary>
    public abstract long Position { get; }

    /// <summary>Tells what was read of the split up to <see cref="Position"/> from other input of its name, in bytes of the source's own
    /// choice; kept with each checkpoint. Empty: nothing does.</summary>
    public virtual ReadOnlyMemory<byte> Mark => default;

    /// <summary>True once nothing will ever follow.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>How many positions are known to lie ahead of <see cref="Position"/>; null where that is not known.</summary>
    public virtual long? Lag => null;

    /// <summary>Whether it still takes in what it gives later: then a read that gives nothing has not come to an end of what is there.</summary>
    internal virtual bool IsGathering => false;

    /// <summary>Completes when there may be something to read. Called after <see cref="Read"/> returned 0 before the end.</summary>
    public virtual ValueTask WaitToReadAsync(CancellationToken stop) => ValueTask.CompletedTask;

    /// <summary>Who hears of records that could not be decoded; null outside of jobs.</summary>
    internal Action<OperatorException>? Rejects { get; set; }

    /// <summary>Says that a record could not be decoded. The reader then leaves it out and goes on behind it.</summary>
    /// <param name="error">Made by <see cref="OperatorException.CouldNotRead"/>.</param>
    /// <exception cref="OperatorException">Such records are to stop the job.</exception>
    protected void Reject(OperatorException error)
    {
        if (Rejects is not { } rejects) throw error;
        rejects(error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the reader has opened.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
