using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MessagePack;

namespace Dataflow.Features.Panes;

/// <summary>Writes kept events one after the other, compactly: a checkpoint writes those of each changed entity.</summary>
/// <remarks><code>
/// of each event
///     time     since that of the event before; of the first, since a time that is given
///     split
///     offset   since that of the event before; of the first, since a position that is given
///     value    as it lies in memory; where it holds references, its bytes with their length before them
/// </code>All numbers and lengths as MessagePack has them.</remarks>
internal static class KeptEvents<T>
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_value;

    private static bool IsMemory => !RuntimeHelpers.IsReferenceOrContainsReferences<T>();

    public static void Write(ref MessagePackWriter bytes, ref KeptEvent<T> kept, ref long time, ref long offset)
    {
        bytes.Write(kept.Time - time);
        bytes.Write(kept.Origin.Split);
        bytes.Write(kept.Origin.Offset - offset);
        (time, offset) = (kept.Time, kept.Origin.Offset);
        if (IsMemory) bytes.WriteRaw(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref kept.Value), Unsafe.SizeOf<T>()));
        else WriteValue(ref bytes, kept.Value);
    }

    public static KeptEvent<T> Read(ref MessagePackReader bytes, ref long time, ref long offset)
    {
        time += bytes.ReadInt64();
        var split = bytes.ReadInt32();
        offset += bytes.ReadInt64();
        var value = IsMemory
            ? Unsafe.ReadUnaligned<T>(in bytes.ReadRaw(Unsafe.SizeOf<T>()).FirstSpan[0])
            : Serde<T>.State.Read(bytes.ReadBytes()!.Value.First);
        return new() { Exists = true, Time = time, Origin = split < 0 ? default : new(split, offset), Value = value };
    }

    private static void WriteValue(ref MessagePackWriter bytes, T value)
    {
        var written = t_value ??= new ArrayBufferWriter<byte>();
        written.ResetWrittenCount();
        Serde<T>.State.Write(value, written);
        bytes.Write(written.WrittenSpan);
    }
}
