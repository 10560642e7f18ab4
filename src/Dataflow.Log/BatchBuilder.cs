namespace Dataflow.Log;

/// <summary>Packs single records into a batch, for the <see cref="PartitionReader"/> of a log that gets its records one by one.</summary>
/// <remarks>Not safe for several threads. Each batch uses the memory of the one before.</remarks>
public sealed class BatchBuilder : IDisposable
{
    /// <summary>The size from which a batch takes no more records.</summary>
    private const int FullBytes = 256 << 10;

    private readonly RecordBuffer _records = new();
    private long _baseOffset;

    /// <summary>The number of records.</summary>
    public int Count => _records.Count;

    /// <summary>Whether a record should begin the next batch, because with it this one would be larger than 256 KiB.</summary>
    /// <param name="bytes">The size of the record's key and value, in bytes.</param>
    public bool IsFullFor(long bytes) => Count > 0 && _records.Bytes + bytes > FullBytes;

    /// <summary>Adds a record.</summary>
    /// <param name="offset">Its offset, greater than that of the record before.</param>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    /// <param name="key">Copied before the call returns; null: there is none.</param>
    /// <param name="value">Copied before the call returns; null: there is none.</param>
    /// <param name="headers">Copied before the call returns.</param>
    /// <exception cref="RecordTooLargeException">The record does not fit in a batch of 16 MiB.</exception>
    public void Add(
        long offset, long timestamp, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, ReadOnlySpan<RecordHeader> headers = default)
    {
        if (Count == 0) _baseOffset = offset;
        _records.Gaps = (int)(offset - _baseOffset) - Count;
        _records.Append(
            timestamp, key.GetValueOrDefault().Span, key?.Length ?? -1, value.GetValueOrDefault().Span, value?.Length ?? -1, headers);
    }

    /// <summary>Makes the batch of the records that were added.</summary>
    /// <param name="reader">The reader that returns it.</param>
    /// <param name="position">The reader's position before the batch.</param>
    /// <exception cref="InvalidOperationException">There is no record, or there are several that take more than 1 MiB.</exception>
    public RecordBatch Build(PartitionReader reader, long position)
    {
        if (_records.Seal() is not [var batch])
            throw new InvalidOperationException("A batch needs a record, and several must fit in 1 MiB. Ask IsFullFor before each Add.");
        BatchHeader.SetBaseOffset(batch.Bytes, _baseOffset);
        _ = BatchHeader.TryRead(batch.Bytes, out var header);
        return new RecordBatch(reader, in header, batch.Array, start: 0, position);
    }

    /// <summary>Begins the next batch; the one before is no longer valid.</summary>
    public void Clear() => _records.Dispose();

    /// <summary>Frees the memory; the last batch is no longer valid.</summary>
    public void Dispose() => _records.Dispose();
}
