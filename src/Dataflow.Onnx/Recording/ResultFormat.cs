using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Dataflow.Log;

namespace Dataflow.Onnx.Recording;

/// <summary>The records of a topic of results.</summary>
/// <remarks><code>
/// key    16 bytes   the first half of a SHA-256, of model and text
/// value  bytes  field
///     0      4  tokens        of the text; the highest bit: its end was left out
///     4      4  model         the first four bytes of the SHA-256 of its Id
///     8      8  calls         of this model so far, with this one
///    16      8  texts         so far
///    24      8  tokens        so far
///    32      8  microseconds  so far
///    40      8  saved texts   so far
///    48      8  saved tokens  so far
///    56         vector        floats
/// </code>All little-endian. So the last record of a model has its whole account, whatever was trimmed before.</remarks>
internal static class ResultFormat
{
    public const int KeyBytes = 16;

    private const int HeadBytes = 56;
    private const uint Truncated = 1u << 31;

    public static byte[] KeyOf(UInt128 key)
    {
        var bytes = new byte[KeyBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return bytes;
    }

    public static byte[] ValueOf(EmbeddedText result, uint model, in Account account)
    {
        var bytes = new byte[HeadBytes + (result.Vector.Length * sizeof(float))];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)result.Tokens | (result.IsTruncated ? Truncated : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), model);
        MemoryMarshal.Write(bytes.AsSpan(8), in account);
        MemoryMarshal.AsBytes(result.Vector.AsSpan()).CopyTo(bytes.AsSpan(HeadBytes));
        return bytes;
    }

    /// <summary>Reads a record's key; false if it is not of this format.</summary>
    public static bool TryReadKey(in LogRecord record, out UInt128 key)
    {
        var isKey = record.Key.Length == KeyBytes;
        key = isKey ? BinaryPrimitives.ReadUInt128BigEndian(record.Key.Span) : default;
        return isKey;
    }

    /// <summary>Reads a record; false if it is not of this format, or its vector is not finite.</summary>
    public static bool TryRead(in LogRecord record, out RecordedResult result)
    {
        result = default;
        var bytes = record.Value.Span;
        if (!TryReadKey(in record, out var key) || bytes.Length <= HeadBytes || bytes.Length % sizeof(float) != 0) return false;
        var vector = MemoryMarshal.Cast<byte, float>(bytes[HeadBytes..]).ToArray();
        if (!TensorPrimitives.IsFiniteAll<float>(vector)) return false;
        var tokens = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        result = new RecordedResult(
            key,
            new EmbeddedText(vector, (int)(tokens & ~Truncated), (tokens & Truncated) != 0),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            MemoryMarshal.Read<Account>(bytes[8..]));
        return true;
    }
}

/// <summary>A result in the form of its record.</summary>
internal readonly record struct RecordedResult(UInt128 Key, EmbeddedText Text, uint Model, Account Account);
