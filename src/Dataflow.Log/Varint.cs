using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dataflow.Log;

/// <summary>The variable-length integers of a record: 7 bits per byte, lowest first, signed ones zig-zag encoded.</summary>
internal static class Varint
{
    public const int MaxBytes32 = 5;
    public const int MaxBytes64 = 10;

    public static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static int UnZigZag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Returns the bytes that a value takes: one for each 7 bits begun, at least one.</summary>
    public static int Size(uint value) => ((38 - BitOperations.LeadingZeroCount(value | 1)) * 37) >> 8;

    /// <inheritdoc cref="Size(uint)"/>
    public static int Size(ulong value) => ((70 - BitOperations.LeadingZeroCount(value | 1)) * 37) >> 8;

    /// <summary>Writes a value and returns the bytes it took. The caller has made room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one to two bytes nearly always; the call would cost more
    public static int Write(ref byte destination, uint value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            Unsafe.Add(ref destination, length++) = (byte)(value | 0x80);
            value >>= 7;
        }
        Unsafe.Add(ref destination, length) = (byte)value;
        return length + 1;
    }

    /// <inheritdoc cref="Write(ref byte, uint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as above
    public static int Write(ref byte destination, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            Unsafe.Add(ref destination, length++) = (byte)(value | 0x80);
            value >>= 7;
        }
        Unsafe.Add(ref destination, length) = (byte)value;
        return length + 1;
    }

    /// <summary>Reads a signed value and moves past it; false when the bytes end first or the value is too long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // five calls a record
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int position, out int value)
    {
        if ((uint)position < (uint)bytes.Length && bytes[position] < 0x80)
        {
            value = UnZigZag((uint)bytes[position++]);
            return true;
        }
        var read = TryReadLong(bytes, ref position, MaxBytes32, out var raw);
        value = UnZigZag((uint)raw);
        return read && raw <= uint.MaxValue;
    }

    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, ref int, out int)"/>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int position, out long value)
    {
        var read = TryReadLong(bytes, ref position, MaxBytes64, out var raw);
        value = UnZigZag(raw);
        return read;
    }

    private static bool TryReadLong(ReadOnlySpan<byte> bytes, ref int position, int limit, out ulong value)
    {
        value = 0;
        for (var index = 0; index < limit && (uint)position < (uint)bytes.Length; index++)
        {
            var part = bytes[position++];
            value |= (ulong)(part & 0x7f) << (7 * index);
            if (part < 0x80) return true;
        }
        return false;
    }
}
