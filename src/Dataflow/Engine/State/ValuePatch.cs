using System.Buffers;
using System.Buffers.Binary;

namespace Dataflow.State;

/// <summary>The changes of a value's bytes.</summary>
/// <remarks><code>
///         new bytes      all of them, one behind the other
///         kept parts     of each: how many new bytes come before it, where it begins in the bytes before, its length
///      4  count          of kept parts
/// </code>All numbers are int32, little-endian.</remarks>
internal static class ValuePatch
{
    /// <summary>Writes the value that a patch makes of another one.</summary>
    /// <exception cref="InvalidDataException">It was made for another value.</exception>
    public static void Apply(ReadOnlySpan<byte> before, ReadOnlySpan<byte> patch, IBufferWriter<byte> value)
    {
        var count = patch.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(patch[^sizeof(int)..]);
        var end = patch.Length - sizeof(int) - ((long)count * KeptPart.Bytes);
        if (count < 0 || end < 0) throw NotOfValue();
        var written = 0;
        var kept = patch[(int)end..];
        for (; count > 0; count--, kept = kept[KeptPart.Bytes..])
        {
            var part = KeptPart.Read(kept);
            if (part.At < written || part.At > end || (uint)part.From > before.Length || (uint)part.Count > before.Length - part.From)
                throw NotOfValue();
            value.Write(patch[written..part.At]);
            value.Write(before.Slice(part.From, part.Count));
            written = part.At;
        }

        value.Write(patch[written..(int)end]);
    }

    public static InvalidDataException NotOfValue() => new("A change of a part of a value belongs to no value that is there.");
}

/// <summary>A part that a patch keeps of the bytes before.</summary>
/// <param name="At">How many new bytes come before it.</param>
/// <param name="From">Where it begins in the bytes before.</param>
/// <param name="Count">Its length.</param>
internal readonly record struct KeptPart(int At, int From, int Count)
{
    public const int Bytes = 3 * sizeof(int);

    public static KeptPart Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]));

    public void Write(IBufferWriter<byte> bytes)
    {
        var span = bytes.GetSpan(Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(span, At);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], From);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], Count);
        bytes.Advance(Bytes);
    }
}
