using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Dataflow.Extensibility;

/// <summary>A hash of the rows read from a file: tells the file from another of its name, but not from one that was forged to
/// match.</summary>
public struct ReadHash
{
    private Vector256<uint> _hash;

    /// <summary>Adds a row.</summary>
    public void Add(ReadOnlySpan<byte> row)
    {
        var hash = _hash ^ Vector256.CreateScalar((uint)row.Length + 1);
        while (row.Length >= Vector256<byte>.Count)
        {
            hash = Rotate(hash) ^ Vector256.Create(row).AsUInt32();
            row = row[Vector256<byte>.Count..];
        }

        var rest = Vector256<byte>.Zero;
        row.CopyTo(MemoryMarshal.AsBytes(new Span<Vector256<byte>>(ref rest)));
        _hash = Turn(hash) ^ rest.AsUInt32();
    }

    /// <summary>Makes the mark for a checkpoint: the hash, and the number of bytes read.</summary>
    public readonly ReadOnlyMemory<byte> ToMark(long bytesRead)
    {
        var mark = new byte[Vector256<byte>.Count + sizeof(long)];
        _hash.AsByte().CopyTo(mark);
        BinaryPrimitives.WriteInt64BigEndian(mark.AsSpan(Vector256<byte>.Count), bytesRead);
        return mark;
    }

    /// <summary>Whether the same rows were read when a mark was made.</summary>
    public readonly bool Equals(ReadOnlySpan<byte> mark) => _hash == Vector256.Create(mark).AsUInt32();

    /// <summary>Returns the number of bytes that were read when a mark was made.</summary>
    public static long BytesRead(ReadOnlySpan<byte> mark) => BinaryPrimitives.ReadInt64BigEndian(mark[Vector256<byte>.Count..]);

    // The position changes the hash of equal rows. Multiplying by an odd number loses nothing; once a row, because it takes time.
    private static Vector256<uint> Turn(Vector256<uint> hash) => Rotate(hash) * Vector256.Create(0x9E3779B1);

    private static Vector256<uint> Rotate(Vector256<uint> hash) => (hash << 7) | (hash >>> 25);
}
