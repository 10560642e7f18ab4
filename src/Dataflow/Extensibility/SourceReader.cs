namespace Dataflow.Extensibility;

/// <summary>Reads one split. Only one thread calls it.</summary>
public abstract class SourceReader<T> : IDisposable
{
    /// <summary>Reads the records available now, without blocking for more to arrive.</summary>
    /// <param name="records">The buffer to fill from its start; each record names its origin.</param>
    /// <returns>The number of records filled; 0 when none is available now.</returns>
    /// <exception cref="OperatorException">A record could not be decoded, and the pipeline's <see cref="ErrorPolicy"/> is to stop: see
    /// <see cref="Reject"/>.</exception>
    public abstract int Read(Span<Record<T>> records);

    /// <summary>The position from which a new reader would return the records that this one has not returned yet.</summary>
    public abstract long Position { get; }

    /// <summary>A mark that tells the input read up to <see cref="Position"/> from other input of the same name, in a format of the
    /// source's own; kept with each checkpoint. Empty, the default: there is no mark.</summary>
    public virtual ReadOnlyMemory<byte> Mark => default;

    /// <summary>Whether no further record will ever follow.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>The number of positions known to lie ahead of <see cref="Position"/>; null if unknown.</summary>
    public virtual long? Lag => null;

    /// <summary>The position at which the reader has to wait although more lies ahead, since a transaction of a writer is open there; null,
    /// the default: there is none.</summary>
    public virtual long? StableEnd => null;

    /// <summary>Whether the reader still takes in input that it returns later, in another order for example. Default false.</summary>
    /// <remarks>All streams wait until this is false. Meanwhile a <see cref="Read"/> that returns 0 does not mean that there is nothing to
    /// read, so it is called again at once.</remarks>
    public virtual bool IsGathering => false;

    /// <summary>Completes when there may be something to read. Called after <see cref="Read"/> returned 0 before the end.</summary>
    public virtual ValueTask WaitToReadAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Called when a checkpoint is durable, before the next one is taken: a new reader would begin at
    /// <paramref name="position"/> or behind it. So the reader may forget the records before it, or acknowledge them.</summary>
    public virtual void Commit(long position)
    {
    }

    /// <summary>Called by <see cref="Reject"/> with each record that could not be decoded; null, outside of jobs: the error is
    /// thrown.</summary>
    /// <remarks>The job sets it. A reader that reads through another one sets that of the other, to reject the record in its own
    /// place.</remarks>
    public Action<OperatorException>? OnReject { get; set; }

    /// <summary>Rejects a record that could not be decoded; the reader then skips it and goes on behind it.</summary>
    /// <param name="error">Made by <see cref="OperatorException.CouldNotRead"/>.</param>
    /// <exception cref="OperatorException">The pipeline's <see cref="ErrorPolicy"/> is to stop the job.</exception>
    protected void Reject(OperatorException error)
    {
        if (OnReject is not { } reject) throw error;
        reject(error);
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
