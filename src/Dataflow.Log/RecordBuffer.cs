using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Dataflow.Log;

/// <summary>Records for one partition, encoded as they are appended into batches of at most 1 MiB in pooled memory.</summary>
/// <remarks>Not safe for several threads at once. A record larger than 1 MiB gets a batch of its own, up to 16 MiB.</remarks>
public sealed class RecordBuffer : IDisposable
{
    private const int BatchBytes = 1 << 20;
    private const int FirstRentBytes = 4 << 10;

    // length, attributes, timestamp and offset deltas, key and value lengths
    private const int MaxFramingBytes = (4 * Varint.MaxBytes32) + Varint.MaxBytes64 + 1;

    private readonly List<EncodedBatch> _sealed = [];
    private byte[] _bytes = [];
    private int _limit; // the end of this batch in the array, which the pool may have given larger
    private int _position;
    private int _batchCount;
    private int _sealedCount;
    private int _sealedBytes;
    private long _baseTimestamp;
    private long _maxTimestamp;

    /// <summary>The number of records appended.</summary>
    public int Count => _sealedCount + _batchCount;

    /// <summary>The size of the records in the log, in bytes, batch headers included.</summary>
    public int Bytes => _sealedBytes + _position;

    /// <summary>The number of offsets in the batch that no record has, so far.</summary>
    internal int Gaps { get; set; }

    /// <summary>Appends a record without a key.</summary>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    /// <param name="value">Copied before the call returns.</param>
    /// <param name="headers">The headers, in the order in which readers get them; copied before the call returns.</param>
    /// <exception cref="RecordTooLargeException">The record does not fit in a batch of 16 MiB.</exception>
    public void Append(long timestamp, ReadOnlySpan<byte> value, ReadOnlySpan<RecordHeader> headers = default)
        => Append(timestamp, default, -1, value, value.Length, headers);

    /// <summary>Appends a record with a key; an empty key is a key.</summary>
    /// <inheritdoc cref="Append(long, ReadOnlySpan{byte}, ReadOnlySpan{RecordHeader})"/>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    /// <param name="key">Copied before the call returns.</param>
    /// <param name="value">Copied before the call returns.</param>
    /// <param name="headers">The headers, in the order in which readers get them; copied before the call returns.</param>
    public void Append(long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<RecordHeader> headers = default)
        => Append(timestamp, key, key.Length, value, value.Length, headers);

    /// <summary>Appends a record with a key and no value, which marks the key as deleted.</summary>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    /// <param name="key">Copied before the call returns.</param>
    /// <param name="headers">The headers, in the order in which readers get them; copied before the call returns.</param>
    public void AppendTombstone(long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<RecordHeader> headers = default)
        => Append(timestamp, key, key.Length, default, -1, headers);

    /// <summary>Frees the memory. A <see cref="LogCommit"/> does so itself when it is done.</summary>
    public void Dispose()
    {
        foreach (var batch in _sealed) ArrayPool<byte>.Shared.Return(batch.Array);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _sealed.Clear();
        _bytes = [];
        (_limit, _position, _batchCount, _sealedCount, _sealedBytes) = (0, 0, 0, 0, 0);
    }

    /// <summary>Enumerates the records. Their offsets are not the final ones: in each batch they count from 0.</summary>
    public IEnumerator<LogRecord> GetEnumerator()
    {
        foreach (var batch in Seal())
        {
            _ = BatchHeader.TryRead(batch.Bytes, out var header);
            var records = new RecordEnumerator(reader: null, in header, batch.Array, start: 0, firstOffset: 0);
            while (records.MoveNext()) yield return records.Current;
        }
    }

    /// <summary>Completes the last batch and returns all of them in order.</summary>
    internal List<EncodedBatch> Seal()
    {
        if (_batchCount > 0) SealBatch();
        return _sealed;
    }

    /// <summary>Appends a record; a length of -1 means no key or no value.</summary>
    internal void Append(
        long timestamp, ReadOnlySpan<byte> key, int keyLength, ReadOnlySpan<byte> value, int valueLength,
        ReadOnlySpan<RecordHeader> headers)
    {
        var headerBytes = headers.IsEmpty ? 1 : RecordHeaders.SizeOf(headers);
        var max = (long)key.Length + value.Length + headerBytes + MaxFramingBytes;
        if (max > _limit - _position) MakeRoom(max);
        if (_batchCount == 0) (_baseTimestamp, _maxTimestamp) = (timestamp, timestamp);
        else if (timestamp > _maxTimestamp) _maxTimestamp = timestamp;

        var timestampDelta = Varint.ZigZag(timestamp - _baseTimestamp);
        var offsetDelta = Varint.ZigZag(_batchCount + Gaps);
        var keyPrefix = Varint.ZigZag(keyLength);
        var valuePrefix = Varint.ZigZag(valueLength);
        var length = 1 + Varint.Size(timestampDelta) + Varint.Size(offsetDelta) + Varint.Size(keyPrefix) + key.Length
            + Varint.Size(valuePrefix) + value.Length + (int)headerBytes;

        ref var start = ref MemoryMarshal.GetArrayDataReference(_bytes);
        var position = _position;
        position += Varint.Write(ref Unsafe.Add(ref start, position), Varint.ZigZag(length));
        Unsafe.Add(ref start, position++) = 0; // attributes
        position += Varint.Write(ref Unsafe.Add(ref start, position), timestampDelta);
        position += Varint.Write(ref Unsafe.Add(ref start, position), offsetDelta);
        position += Varint.Write(ref Unsafe.Add(ref start, position), keyPrefix);
        key.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref start, position), key.Length));
        position += key.Length;
        position += Varint.Write(ref Unsafe.Add(ref start, position), valuePrefix);
        value.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref start, position), value.Length));
        position += value.Length;
        if (headers.IsEmpty) Unsafe.Add(ref start, position) = 0;
        else RecordHeaders.Write(_bytes.AsSpan(position, (int)headerBytes), headers);
        _position = position + (int)headerBytes;
        _batchCount++;
    }

    private void MakeRoom(long recordBytes)
    {
        if (BatchHeader.Size + recordBytes > BatchHeader.MaxBatchBytes) throw RecordTooLargeException.Of(recordBytes - MaxFramingBytes);
        if (_batchCount > 0 && _position + recordBytes > BatchBytes) SealBatch();
        var used = Math.Max(_position, BatchHeader.Size);
        var needed = used + (int)recordBytes;
        if (needed > _limit)
        {
            _limit = Math.Max(needed, Math.Clamp(_limit * 4, FirstRentBytes, BatchBytes));
            var larger = ArrayPool<byte>.Shared.Rent(_limit);
            _bytes.AsSpan(0, _position).CopyTo(larger);
            if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        _position = used;
    }

    private void SealBatch()
    {
        BatchHeader.Write(_bytes.AsSpan(0, _position), _batchCount, _batchCount - 1 + Gaps, _baseTimestamp, _maxTimestamp);
        _sealed.Add(new(_bytes, _position, _batchCount));
        _sealedBytes += _position;
        _sealedCount += _batchCount;
        _bytes = [];
        (_limit, _position, _batchCount) = (0, 0, 0);
    }
}

/// <summary>A finished batch in pooled memory.</summary>
internal readonly record struct EncodedBatch(byte[] Array, int Length, int Count)
{
    public Span<byte> Bytes => Array.AsSpan(0, Length);
}
