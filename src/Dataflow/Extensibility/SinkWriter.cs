namespace Dataflow.Extensibility;

/// <summary>Writes to a sink in two phases. Only one thread calls it.</summary>
/// <remarks>The order of calls is <see cref="Write"/>*, <see cref="Prepare"/>, <see cref="Write"/>*, <see cref="Commit"/> … and at the end
/// of bounded input <see cref="Finish"/>. Records written before a <see cref="Prepare"/> belong to its checkpoint and may become visible to
/// others only after <see cref="Commit"/>.</remarks>
public abstract class SinkWriter<T> : IDisposable
{
    /// <summary>Writes one record. A writer that holds records for longer than the call holds <see cref="Record{T}.Keep"/>.</summary>
    public abstract void Write(in Record<T> record);

    /// <summary>Makes all records written so far recoverable, by the log's own commit or by the sink's own means.</summary>
    /// <returns>The state that <see cref="Sink{T}.Open"/> needs to carry on from here, in a format of the sink's own.</returns>
    public abstract ReadOnlyMemory<byte> Prepare(CheckpointOutput output);

    /// <summary>The bytes that wait in memory for the next checkpoint; the job takes one early when they grow large.</summary>
    public virtual long PendingBytes => 0;

    /// <summary>Called when the checkpoint of the last <see cref="Prepare"/> is durable.</summary>
    public virtual void Commit()
    {
    }

    /// <summary>Called when the last checkpoint is durable and nothing follows. May be called again after a crash.</summary>
    public virtual void Finish()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the writer's resources; leaves uncommitted output for <see cref="Sink{T}.Open"/> to cut back.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
