using System.Buffers.Binary;
using System.Text;

namespace Dataflow.Log.Journaling;

/// <summary>Reads the fields of a checked journal entry's payload.</summary>
/// <remarks>Reading past the end throws <see cref="InvalidDataException"/>: the checksum was right, so a faulty program wrote it.</remarks>
internal ref struct EntryReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _left = payload;

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>Reads a count of items that take at least the given bytes each; refuses more than there is room for.</summary>
    public int Count(int minBytes)
    {
        var count = Int32();
        return count >= 0 && count <= _left.Length / minBytes
            ? count : throw new InvalidDataException($"{count} items cannot follow in {_left.Length} bytes");
    }

    public string Text() => Encoding.UTF8.GetString(Bytes(Int32()));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)_left.Length) throw new InvalidDataException($"{count} bytes were expected, {_left.Length} are left");
        var bytes = _left[..count];
        _left = _left[count..];
        return bytes;
    }
}
