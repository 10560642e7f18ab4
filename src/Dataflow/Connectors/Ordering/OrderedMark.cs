using System.Buffers.Binary;

namespace Dataflow;

/// <summary>The progress of reading a split that is being sorted, with the source's mark.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      8  position  in the source's own order
///      8      8  count     of the split's records, once all are there; -1 before
///     16         mark      the source's own
/// </code>All integers big-endian.</remarks>
internal readonly record struct OrderedMark(long Position, long Count, ReadOnlyMemory<byte> OfSource)
{
    private const int FixedBytes = 16;

    public bool IsComplete => Count >= 0;

    public static OrderedMark Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return new(0, -1, default);
        var fields = bytes.Span;
        return new(BinaryPrimitives.ReadInt64BigEndian(fields), BinaryPrimitives.ReadInt64BigEndian(fields[8..]), bytes[FixedBytes..]);
    }

    public bool Equals(OrderedMark other)
        => Position == other.Position && Count == other.Count && OfSource.Span.SequenceEqual(other.OfSource.Span);

    public override int GetHashCode() => HashCode.Combine(Position, Count);

    public ReadOnlyMemory<byte> ToBytes()
    {
        var bytes = new byte[FixedBytes + OfSource.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Position);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), Count);
        OfSource.Span.CopyTo(bytes.AsSpan(FixedBytes));
        return bytes;
    }
}
