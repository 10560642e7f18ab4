namespace Dataflow.Log;

/// <summary>Enumerates the records of a batch without allocating. It is an ordinary struct: it can be kept in a field and continued
/// later.</summary>
/// <remarks><code>
/// a record            encoding
/// length              varint     bytes after this field
/// attributes          1 byte     0
/// timestamp delta     varlong    from the batch's base timestamp
/// offset delta        varint     from the batch's base offset
/// key length, key     varint     -1: no key
/// value length, value varint     -1: no value
/// headers                        see RecordHeaders
/// </code></remarks>
public struct RecordEnumerator
{
    private readonly PartitionReader? _reader; // null for batches that were just encoded
    private readonly byte[] _bytes;
    private readonly int _end;
    private readonly long _baseOffset;
    private readonly long _baseTimestamp;
    private readonly long _firstOffset;
    private int _position;
    private int _left;
    private long _offset;
    private long _timestamp;
    private int _keyStart;
    private int _keyLength;
    private int _valueStart;
    private int _valueLength;

    internal RecordEnumerator(PartitionReader? reader, in BatchHeader header, byte[] bytes, int start, long firstOffset)
    {
        _reader = reader;
        _bytes = bytes;
        _position = start + BatchHeader.Size;
        _end = start + header.Bytes;
        _left = header.Count;
        _baseOffset = header.BaseOffset;
        _baseTimestamp = header.BaseTimestamp;
        _firstOffset = firstOffset;
    }

    /// <summary>The record that the last <see cref="MoveNext"/> reached.</summary>
    public readonly LogRecord Current => new(_bytes, _offset, _timestamp, _keyStart, _keyLength, _valueStart, _valueLength, _position);

    /// <summary>Moves to the next record; false after the last one.</summary>
    /// <exception cref="CorruptLogException">The batch's checksum is right but its records do not follow the format.</exception>
    public bool MoveNext()
    {
        while (_left > 0)
        {
            _left--;
            if (!TryReadRecord()) throw _reader!.MalformedRecord(_baseOffset, _position);
            if (_offset >= _firstOffset) return true;
        }
        return false;
    }

    private bool TryReadRecord()
    {
        var bytes = new ReadOnlySpan<byte>(_bytes, 0, _end);
        var position = _position;
        if (!Varint.TryRead(bytes, ref position, out int length) || length < 1 || length > _end - position) return false;
        var next = position + length;
        position++; // attributes
        if (!Varint.TryRead(bytes, ref position, out long timestampDelta)) return false;
        if (!Varint.TryRead(bytes, ref position, out int offsetDelta)) return false;
        if (!Varint.TryRead(bytes, ref position, out int keyLength) || keyLength < -1 || keyLength > next - position) return false;
        var keyStart = position;
        if (keyLength > 0) position += keyLength;
        if (!Varint.TryRead(bytes, ref position, out int valueLength) || valueLength < -1 || valueLength > next - position) return false;
        var headers = position + Math.Max(valueLength, 0);
        if (headers >= next) return false;
        if ((next - headers > 1 || bytes[headers] != 0) && !RecordHeaders.AreWellFormed(_bytes.AsMemory(headers, next - headers)))
            return false;
        (_offset, _timestamp) = (_baseOffset + offsetDelta, _baseTimestamp + timestampDelta);
        (_keyStart, _keyLength, _valueStart, _valueLength) = (keyStart, keyLength, position, valueLength);
        _position = next;
        return true;
    }
}
