using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>A codec where a formatter is asked for.</summary>
internal sealed class CodecFormatter<T>(ValueCodec<T> codec) : IMessagePackFormatter<T>
{
    public ValueCodec<T> Codec => codec;

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        var scratch = Scratch.Rent();
        var bytes = new ValueWriter(scratch); // the writer's own buffer cannot be had
        codec.Write(ref bytes, value);
        bytes.Flush();
        writer.WriteRaw(scratch.WrittenSpan);
        Scratch.Return(scratch);
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var rest = reader.Sequence.Slice(reader.Position);
        var bytes = new ValueReader(rest.IsSingleSegment ? rest.First : rest.ToArray());
        var value = codec.Read(ref bytes);
        reader.ReadRaw(bytes.Consumed);
        return value;
    }
}

/// <summary>A buffer of each thread; values that hold others take a new one for those.</summary>
internal static class Scratch
{
    private const int MaxKept = 1 << 16;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_free;

    public static ArrayBufferWriter<byte> Rent()
    {
        var free = t_free ?? new ArrayBufferWriter<byte>();
        t_free = null;
        return free;
    }

    public static void Return(ArrayBufferWriter<byte> used)
    {
        if (used.Capacity > MaxKept) return;
        used.ResetWrittenCount();
        t_free = used;
    }
}
