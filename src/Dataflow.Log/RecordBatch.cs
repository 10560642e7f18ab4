namespace Dataflow.Log;

/// <summary>A batch of records from a reader, which has checked that it is whole. Its memory is valid until the next call on the
/// reader.</summary>
public readonly struct RecordBatch
{
    private readonly PartitionReader _reader;
    private readonly BatchHeader _header;
    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly long _firstOffset;

    internal RecordBatch(PartitionReader reader, in BatchHeader header, byte[] bytes, int start, long firstOffset)
    {
        _reader = reader;
        _header = header;
        _bytes = bytes;
        _start = start;
        _firstOffset = firstOffset;
    }

    /// <summary>The first record's offset, which may lie before the one that the reader asked for.</summary>
    public long BaseOffset => _header.BaseOffset;

    /// <summary>The last record's offset.</summary>
    public long LastOffset => _header.LastOffset;

    /// <summary>The number of records in the batch, including those before the reader's offset.</summary>
    public int Count => _header.Count;

    /// <summary>The largest timestamp of its records, in milliseconds since the Unix epoch.</summary>
    public long MaxTimestamp => _header.MaxTimestamp;

    /// <summary>The whole batch as it is stored: Kafka's record batch, format v2.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_bytes, _start, _header.Bytes);

    /// <summary>Enumerates the records from the offset that the reader asked for.</summary>
    public RecordEnumerator GetEnumerator() => new(_reader, in _header, _bytes, _start, _firstOffset);
}
