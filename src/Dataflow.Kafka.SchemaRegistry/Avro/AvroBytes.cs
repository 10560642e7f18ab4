using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Decoder = Avro.IO.Decoder;

namespace Dataflow.Kafka;

/// <summary>The bytes of one value of Avro. It never goes beyond them, and believes no length that they have no room for.</summary>
internal sealed class AvroBytes(ReadOnlyMemory<byte> bytes) : Decoder
{
    private const int MaxVarintBits = 64;
    private int _position;

    private int Left => bytes.Length - _position;

    /// <exception cref="DataflowException">There are more bytes than the schema says.</exception>
    public void CheckEnd()
    {
        if (Left > 0) throw new DataflowException($"The value has {Left} bytes more than its schema says.");
    }

    public void ReadNull()
    {
    }

    public bool ReadBoolean() => Take(1)[0] != 0;

    public int ReadInt() => checked((int)ReadLong());

    public long ReadLong()
    {
        var (bits, shift) = (0UL, 0);
        byte next;
        do
        {
            if (shift >= MaxVarintBits) throw new DataflowException($"The value has a number of more than 64 bits at byte {_position}.");
            next = Take(1)[0];
            bits |= (ulong)(next & 0x7f) << shift;
            shift += 7;
        }
        while (next >= 0x80);

        return (long)(bits >> 1) ^ -(long)(bits & 1);
    }

    public float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public byte[] ReadBytes() => Take(ReadLong()).ToArray();

    public string ReadString() => Encoding.UTF8.GetString(Take(ReadLong()));

    public int ReadEnum() => ReadInt();

    public long ReadArrayStart() => ReadCount();

    public long ReadArrayNext() => ReadCount();

    public long ReadMapStart() => ReadCount();

    public long ReadMapNext() => ReadCount();

    public int ReadUnionIndex()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack(); // a schema may hold itself, through unions, arrays and maps
        return ReadInt();
    }

    public void ReadFixed(byte[] buffer) => ReadFixed(buffer, 0, buffer.Length);

    public void ReadFixed(byte[] buffer, int start, int length) => Take(length).CopyTo(buffer.AsSpan(start, length));

    public void SkipNull()
    {
    }

    public void SkipBoolean() => ReadBoolean();

    public void SkipInt() => ReadLong();

    public void SkipLong() => ReadLong();

    public void SkipFloat() => Take(sizeof(float));

    public void SkipDouble() => Take(sizeof(double));

    public void SkipBytes() => Take(ReadLong());

    public void SkipString() => Take(ReadLong());

    public void SkipEnum() => ReadLong();

    public void SkipUnionIndex() => ReadLong();

    public void SkipFixed(int len) => Take(len);

    /// <summary>The number of elements that follow; where it is negative, the size of the block in bytes stands behind it.</summary>
    private long ReadCount()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var count = ReadLong();
        if (count < 0)
        {
            count = -count;
            ReadLong();
        }

        return count >= 0 && count <= Left ? count : throw Ends(count);
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > Left) throw Ends(length);
        var taken = bytes.Span.Slice(_position, (int)length);
        _position += (int)length;
        return taken;
    }

    private DataflowException Ends(long length)
        => new($"The value ends before its schema says: at byte {_position} of {bytes.Length} there should be {length} more.");
}
