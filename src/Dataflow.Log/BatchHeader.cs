using System.Buffers.Binary;

namespace Dataflow.Log;

/// <summary>The fixed part of a record batch, Kafka's format v2; the same bytes are in segments, in the journal and in batches for
/// readers.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      8  base offset            offset of the first record; given when the batch is committed
///      8      4  batch length           bytes after this field
///     12      4  partition leader epoch the journal entry of its commit, so that a recovery knows whose it is; see EpochOf
///     16      1  magic                  2
///     17      4  checksum               CRC-32C of everything after this field
///     21      2  attributes             0: no compression, create time, no transaction, no control record
///     23      4  last offset delta      last record's offset minus the base offset
///     27      8  base timestamp         the first record's
///     35      8  max timestamp          the largest of all records
///     43      8  producer id            -1
///     51      2  producer epoch         -1
///     53      4  base sequence          -1
///     57      4  record count
///     61         records                see RecordEnumerator
/// </code>All integers big-endian.</remarks>
internal readonly record struct BatchHeader(
    long BaseOffset, int Bytes, uint Checksum, short Attributes, int LastOffsetDelta, long BaseTimestamp, long MaxTimestamp, int Count)
{
    /// <summary>The size of the header, at which the records begin.</summary>
    public const int Size = 61;

    /// <summary>The length of the first bytes, enough to know the base offset and the length.</summary>
    public const int PrefixSize = 12;

    /// <summary>The largest allowed batch; a longer length means damage and is never allocated.</summary>
    public const int MaxBatchBytes = 16 << 20;

    private const int ChecksumStart = 21;
    private const byte Magic = 2;

    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>Reads a header; returns what is wrong with it, as far as its own fields tell, or null.</summary>
    public static string? TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = new(
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            LengthOf(bytes),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[17..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[21..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[35..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[57..]));
        if (header.Bytes is < Size or > MaxBatchBytes) return $"batch length is {header.Bytes}";
        if (bytes[16] != Magic) return $"batch format is {bytes[16]}, not {Magic}";
        if (header.BaseOffset < 0 || header.LastOffsetDelta < 0)
            return $"batch offsets are {header.BaseOffset} and {header.LastOffsetDelta} more";
        if (header.Count < 0 || header.Count > header.Bytes) return $"batch record count is {header.Count}";
        return null;
    }

    /// <summary>Reads the whole length that a batch claims, from its first <see cref="PrefixSize"/> bytes; -1 if it is invalid.</summary>
    public static int LengthOf(ReadOnlySpan<byte> prefix)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix[8..]);
        return length is < Size - PrefixSize or > MaxBatchBytes - PrefixSize ? -1 : length + PrefixSize;
    }

    /// <summary>Computes the checksum that a batch's bytes should carry.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> batch) => Crc32C.Compute(batch[ChecksumStart..]);

    /// <summary>Sets a batch's base offset; the checksum does not cover it.</summary>
    public static void SetBaseOffset(Span<byte> batch, long offset) => BinaryPrimitives.WriteInt64BigEndian(batch, offset);

    /// <summary>Sets the journal entry of a batch's commit; the checksum does not cover it.</summary>
    public static void SetEpoch(Span<byte> batch, int epoch) => BinaryPrimitives.WriteInt32BigEndian(batch[PrefixSize..], epoch);

    /// <summary>Converts the number of a journal entry to the 31 bits that batches carry.</summary>
    public static int EpochOf(long sequence) => (int)(sequence & int.MaxValue);

    /// <summary>Whether a batch belongs to a commit after an entry; the numbers wrap around.</summary>
    public static bool IsAfter(ReadOnlySpan<byte> batch, long sequence)
    {
        var distance = EpochOf(BinaryPrimitives.ReadInt32BigEndian(batch[PrefixSize..]) - sequence);
        return distance is > 0 and < 1 << 30;
    }

    /// <summary>Completes a batch whose records are in place, with base offset 0.</summary>
    public static void Write(Span<byte> batch, int count, int lastOffsetDelta, long baseTimestamp, long maxTimestamp)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, 0);
        BinaryPrimitives.WriteInt32BigEndian(batch[8..], batch.Length - PrefixSize);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], 0);
        batch[16] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch[21..], 0);
        BinaryPrimitives.WriteInt32BigEndian(batch[23..], lastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[27..], baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[35..], maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[43..], -1);
        BinaryPrimitives.WriteInt16BigEndian(batch[51..], -1);
        BinaryPrimitives.WriteInt32BigEndian(batch[53..], -1);
        BinaryPrimitives.WriteInt32BigEndian(batch[57..], count);
        BinaryPrimitives.WriteUInt32BigEndian(batch[17..], ChecksumOf(batch));
    }
}
