namespace Dataflow.Log;

/// <summary>A record in its batch's memory: valid as long as the batch is.</summary>
public readonly struct LogRecord
{
    private readonly byte[] _bytes;
    private readonly int _keyStart;
    private readonly int _keyLength;
    private readonly int _valueStart;
    private readonly int _valueLength;
    private readonly int _end;

    internal LogRecord(byte[] bytes, long offset, long timestamp, int keyStart, int keyLength, int valueStart, int valueLength, int end)
    {
        _bytes = bytes;
        Offset = offset;
        Timestamp = timestamp;
        _keyStart = keyStart;
        _keyLength = keyLength;
        _valueStart = valueStart;
        _valueLength = valueLength;
        _end = end;
    }

    /// <summary>The record's offset in its partition.</summary>
    public long Offset { get; }

    /// <summary>The producer's timestamp, in milliseconds since the Unix epoch.</summary>
    public long Timestamp { get; }

    /// <summary>Whether it has a key; an empty key is one.</summary>
    public bool HasKey => _keyLength >= 0;

    /// <summary>The key, empty when there is none.</summary>
    public ReadOnlyMemory<byte> Key => new(_bytes, _keyStart, Math.Max(_keyLength, 0));

    /// <summary>Whether it has a value; a record without one is a tombstone.</summary>
    public bool HasValue => _valueLength >= 0;

    /// <summary>The value, empty when there is none.</summary>
    public ReadOnlyMemory<byte> Value => new(_bytes, _valueStart, Math.Max(_valueLength, 0));

    /// <summary>The producer's headers; most records have none.</summary>
    public RecordHeaders Headers
    {
        get
        {
            var start = _valueStart + Math.Max(_valueLength, 0);
            return new(new ReadOnlyMemory<byte>(_bytes, start, _end - start));
        }
    }
}
