namespace Dataflow.Log;

/// <summary>Makes a batch of single records, for readers of logs that hand out records one by one.</summary>
/// <remarks>Not safe for several threads. The memory of a batch is used again by the next.</remarks>
public sealed class BatchBuilder : IDisposable
{
    /// <summary>The size from which a batch takes no more records.</summary>
    private const int FullBytes = 256 << 10;

    private readonly RecordBuffer _records = new();
    private long _baseOffset;

    /// <summary>The number of records.</summary>
    public int Count => _records.Count;

    /// <summary>Whether a record with a key and a value of so many bytes should begin the next batch.</summary>
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
    /// <exception cref="InvalidOperationException">There is no record.</exception>
    public RecordBatch Build(PartitionReader reader, long position)
    {
        if (_records.Seal() is not [var batch]) throw new InvalidOperationException("A batch needs records, and not too many of them.");
        BatchHeader.SetBaseOffset(batch.Bytes, _baseOffset);
        _ = BatchHeader.TryRead(batch.Bytes, out var header);
        return new RecordBatch(reader, in header, batch.Array, start: 0, position);
    }

    /// <summary>Begins the next batch; the one before is not valid any more.</summary>
    public void Clear() => _records.Dispose();

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();
}
