using System.Buffers;
using System.Buffers.Binary;

namespace Dataflow.Kafka;

/// <summary>The beginning of each value.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      1  0
///      1      4  id of the schema, big-endian
///      5         the value in its format
/// </code></remarks>
internal static class Framing
{
    private const int Size = 1 + sizeof(int);

    public static void Write(int id, IBufferWriter<byte> bytes)
    {
        var head = bytes.GetSpan(Size);
        head[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], id);
        bytes.Advance(Size);
    }

    /// <exception cref="DataflowException">The value does not begin so.</exception>
    public static (int Id, ReadOnlyMemory<byte> Content) Read(ReadOnlyMemory<byte> bytes)
        => bytes.Length >= Size && bytes.Span[0] == 0
            ? (BinaryPrimitives.ReadInt32BigEndian(bytes.Span[1..]), bytes[Size..])
            : throw RegistryErrors.NotFramed(bytes.Span);
}
