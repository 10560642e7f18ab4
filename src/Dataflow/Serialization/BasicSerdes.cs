using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Dataflow;

internal sealed class Utf8Serde : Serde<string>
{
    public override void Write(string value, IBufferWriter<byte> bytes) => Encoding.UTF8.GetBytes(value, bytes);

    public override string Read(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}

internal sealed class Int64Serde : Serde<long>
{
    public override void Write(long value, IBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), value);
        bytes.Advance(sizeof(long));
    }

    public override long Read(ReadOnlyMemory<byte> bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes.Span);
}

internal sealed class Int32Serde : Serde<int>
{
    public override void Write(int value, IBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), value);
        bytes.Advance(sizeof(int));
    }

    public override int Read(ReadOnlyMemory<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
}

internal sealed class BytesSerde : Serde<byte[]>
{
    public override void Write(byte[] value, IBufferWriter<byte> bytes) => bytes.Write(value);

    public override byte[] Read(ReadOnlyMemory<byte> bytes) => bytes.ToArray();
}
