using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Dataflow;

/// <summary>A hash of what was read of a file: tells it from another of its name, not from one that was made to equal it.</summary>
internal struct ReadHash
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

    /// <summary>The mark that a checkpoint keeps: the hash, and how many bytes of the file were read.</summary>
    public readonly ReadOnlyMemory<byte> ToMark(long bytesRead)
    {
        var mark = new byte[Vector256<byte>.Count + sizeof(long)];
        _hash.AsByte().CopyTo(mark);
        BinaryPrimitives.WriteInt64BigEndian(mark.AsSpan(Vector256<byte>.Count), bytesRead);
        return mark;
    }

    /// <summary>Whether the same rows were read when a mark was made.</summary>
    public readonly bool Equals(ReadOnlySpan<byte> mark) => _hash == Vector256.Create(mark).AsUInt32();

    /// <summary>How many bytes of the file were read when a mark was made.</summary>
    public static long BytesRead(ReadOnlySpan<byte> mark) => BinaryPrimitives.ReadInt64BigEndian(mark[Vector256<byte>.Count..]);

    // So that equal rows at other places count otherwise. Multiplying by an odd number loses nothing; once a row, for it takes time.
    private static Vector256<uint> Turn(Vector256<uint> hash) => Rotate(hash) * Vector256.Create(0x9E3779B1);

    private static Vector256<uint> Rotate(Vector256<uint> hash) => (hash << 7) | (hash >>> 25);
}
