namespace Dataflow.Extensibility;

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
    public virtual ValueTask WaitToReadAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The handler of records that could not be decoded; null outside of jobs.</summary>
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
