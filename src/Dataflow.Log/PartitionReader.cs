namespace Dataflow.Log;

/// <summary>Reads a partition batch by batch from any offset, and waits at its end for more.</summary>
/// <remarks>For one thread at a time. It sees only records that are durable as the log promises, and of a commit all or none.</remarks>
public abstract class PartitionReader : IDisposable
{
    /// <summary>The topic's name.</summary>
    public abstract string Topic { get; }

    /// <summary>The partition's number.</summary>
    public abstract int Partition { get; }

    /// <summary>The offset up to which the reader has returned all records.</summary>
    public abstract long Position { get; }

    /// <summary>The partition's end as the reader last learned it; the property itself asks nobody.</summary>
    public abstract long End { get; }

    /// <summary>Reads the next batch, if one is at hand.</summary>
    /// <param name="batch">The batch; valid until the next call on the reader. Its enumerator begins at the former
    /// <see cref="Position"/>.</param>
    /// <returns>False if none is at hand: see <see cref="WaitToReadAsync"/>.</returns>
    /// <exception cref="CorruptLogException">The stored bytes are damaged. The reader stays where it is.</exception>
    /// <exception cref="OffsetOutOfRangeException">The records at <see cref="Position"/> were trimmed away.</exception>
    /// <exception cref="LogAccessException">The system could not open or read the file. The reader stays where it is.</exception>
    public abstract bool TryRead(out RecordBatch batch);

    /// <summary>Waits until there is something to read, or <see cref="Position"/> has moved past offsets without records.</summary>
    /// <returns>False when the log was closed and everything was read.</returns>
    /// <exception cref="LogFailedException">The log failed and everything visible was read.</exception>
    public abstract ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads the next batch that begins before an offset, and blocks until it is at hand: for records that are known to be
    /// there.</summary>
    /// <param name="end">An end that <see cref="LogTopic.EndOffset"/> has returned.</param>
    /// <param name="batch">The batch, as for <see cref="TryRead"/>.</param>
    /// <returns>False once all before the offset is read.</returns>
    public bool TryReadBefore(long end, out RecordBatch batch)
    {
        while (Position < end)
        {
            if (TryRead(out batch)) return true;
            if (!WaitToReadAsync().AsTask().GetAwaiter().GetResult()) break;
        }
        batch = default;
        return false;
    }

    /// <summary>Continues at another offset.</summary>
    /// <param name="offset">From the partition's start to its end.</param>
    /// <exception cref="OffsetOutOfRangeException">The partition does not hold it and it is not the end.</exception>
    public abstract void Seek(long offset);

    /// <summary>Releases what the reader holds; its last batch is no longer valid.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the reader holds.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Makes the error for a record, at a place in the batch's array, whose batch is as it was written but whose fields do not
    /// follow the format.</summary>
    internal virtual CorruptLogException MalformedRecord(long baseOffset, int bufferPosition)
        => throw new InvalidOperationException($"'{Topic}[{Partition}]': the batch at {baseOffset} is not as it was built.");
}
