using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Dataflow;

/// <summary>A 64-bit hash that is the same in every run: sketches in state are compared with hashes of later runs.</summary>
internal static class StableHash
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;

    public static ulong Of<T>(T value)
    {
        if (typeof(T) == typeof(long)) return Mix((ulong)(long)(object)value!);
        if (typeof(T) == typeof(int)) return Mix((ulong)(int)(object)value!);
        if (typeof(T) == typeof(string)) return OfBytes(MemoryMarshal.AsBytes(((string)(object)value!).AsSpan()));
        var scratch = t_scratch ??= new ArrayBufferWriter<byte>();
        scratch.ResetWrittenCount();
        KeyCodec<T>.Default.WriteNormal(value, scratch);
        return OfBytes(scratch.WrittenSpan);
    }

    private static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var hash = Mix((ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        rest.Clear();
        bytes.CopyTo(rest);
        return Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest));
    }

    // The finisher of MurmurHash3, after a step that makes zero nonzero.
    private static ulong Mix(ulong bits)
    {
        bits += 0x9e3779b97f4a7c15;
        bits ^= bits >> 33;
        bits *= 0xff51afd7ed558ccd;
        bits ^= bits >> 33;
        bits *= 0xc4ceb9fe1a85ec53;
        return bits ^ (bits >> 33);
    }
}
