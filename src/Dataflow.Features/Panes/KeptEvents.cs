using System.Buffers;
using System.Runtime.CompilerServices;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Features.Panes;

/// <summary>Writes kept events one after the other, in few bytes: a checkpoint writes those of each entity that has changed.</summary>
/// <remarks><code>
/// of each event
///     time     since that of the event before; of the first, since a time that is given
///     split
///     offset   since that of the event before; of the first, since a position that is given
///     length   of the value, where values are not written as they lie in memory
///     value
/// </code>All numbers as <see cref="Varint"/> writes them, zig-zag encoded.</remarks>
internal static class KeptEvents<T>
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_value;

    public static void Write(ArrayBufferWriter<byte> bytes, ref KeptEvent<T> kept, ref long time, ref long offset)
    {
        var size = StateCodec<T>.IsMemory ? Unsafe.SizeOf<T>() : 0;
        var span = bytes.GetSpan((3 * Varint.MaxBytes64) + size);
        var length = WriteNumber(span, kept.Time - time);
        length += WriteNumber(span[length..], kept.Origin.Split);
        length += WriteNumber(span[length..], kept.Origin.Offset - offset);
        (time, offset) = (kept.Time, kept.Origin.Offset);
        if (size > 0) Unsafe.WriteUnaligned(ref span[length], kept.Value);
        bytes.Advance(length + size);
        if (size == 0) WriteValue(bytes, ref kept.Value);
    }

    public static KeptEvent<T> Read(ref ReadOnlyMemory<byte> bytes, ref long time, ref long offset)
    {
        time += ReadNumber(ref bytes);
        var split = (int)ReadNumber(ref bytes);
        offset += ReadNumber(ref bytes);
        var length = StateCodec<T>.IsMemory ? Unsafe.SizeOf<T>() : (int)ReadNumber(ref bytes);
        var value = StateCodec<T>.Read(bytes[..length]);
        bytes = bytes[length..];
        return new() { Exists = true, Time = time, Origin = split < 0 ? default : new(split, offset), Value = value };
    }

    private static void WriteValue(ArrayBufferWriter<byte> bytes, ref T value)
    {
        var written = t_value ??= new ArrayBufferWriter<byte>();
        written.ResetWrittenCount();
        StateCodec<T>.Write(ref value, written);
        bytes.Advance(WriteNumber(bytes.GetSpan(Varint.MaxBytes64), written.WrittenCount));
        bytes.Write(written.WrittenSpan);
    }

    private static int WriteNumber(Span<byte> bytes, long number) => Varint.Write(ref bytes[0], Varint.ZigZag(number));

    private static long ReadNumber(ref ReadOnlyMemory<byte> bytes)
    {
        var length = 0;
        if (!Varint.TryRead(bytes.Span, ref length, out long number)) throw new InvalidDataException("An entity's events end within a number.");
        bytes = bytes[length..];
        return number;
    }
}
