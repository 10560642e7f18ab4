using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>A key or value as it was read. Valid until the client reads the next record.</summary>
internal readonly record struct Bytes(ReadOnlyMemory<byte> Memory, bool IsNull);

/// <summary>Copies keys, or values, out of the client's memory into the same array again and again.</summary>
internal sealed class BytesReader : IDeserializer<Bytes>
{
    private byte[] _bytes = [];

    public Bytes Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (data.Length > _bytes.Length) _bytes = new byte[Math.Max(data.Length, 2 * _bytes.Length)];
        data.CopyTo(_bytes);
        return new Bytes(_bytes.AsMemory(0, data.Length), isNull);
    }
}
