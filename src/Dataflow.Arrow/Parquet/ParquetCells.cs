using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ParquetSharp;

namespace Dataflow.Arrow;

/// <summary>Converts a column's cells.</summary>
/// <remarks>A value that the type cannot hold throws <see cref="ArithmeticException"/> or <see cref="ArgumentException"/>.</remarks>
internal static class ParquetCells
{
    private const int JulianDayOf1970 = 2_440_588;
    private const int MaxDecimalScale = 28;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ReadOnlySpan<byte> Bytes(ByteArray cell) => Bytes(cell.Pointer, cell.Length);

    public static ReadOnlySpan<byte> Bytes(FixedLenByteArray cell, int length) => Bytes(cell.Pointer, length);

    public static string Text(ByteArray cell) => Utf8.GetString(Bytes(cell));

    public static TEnum Named<TEnum>(ByteArray cell)
        where TEnum : struct, Enum
        => EnumNames<TEnum>.TryParse(Text(cell), out var value)
            ? value
            : throw new ArgumentException("It is not a name of the enum.", nameof(cell));

    /// <summary>Makes a decimal from a whole number of any width and the number of its digits behind the point.</summary>
    public static decimal Decimal(BigInteger digits, int scale)
    {
        for (; scale > MaxDecimalScale; scale--)
        {
            digits = BigInteger.DivRem(digits, 10, out var lost);
            if (!lost.IsZero) throw new OverflowException();
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits((decimal)digits, bits);
        return new decimal(bits[0], bits[1], bits[2], digits.Sign < 0, (byte)scale);
    }

    public static BigInteger Digits(ReadOnlySpan<byte> bytes) => new(bytes, isBigEndian: true);

    /// <summary>Makes a moment, in UTC, from its distance to 1970.</summary>
    public static DateTime Moment(long ticks) => new(checked(ticks + DateTime.UnixEpoch.Ticks), DateTimeKind.Utc);

    /// <summary>Converts a number of units to ticks of 100 ns. Finer parts are cut off.</summary>
    public static long Ticks(long units, TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => checked(units * TimeSpan.TicksPerMillisecond),
        TimeUnit.Micros => checked(units * TimeSpan.TicksPerMicrosecond),
        _ => units / TimeSpan.NanosecondsPerTick,
    };

    public static long Milliseconds(long units, TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => units,
        TimeUnit.Micros => units / 1_000,
        _ => units / 1_000_000,
    };

    /// <summary>Converts a moment in the form of old writers: nanoseconds of the day, and the day.</summary>
    public static long Ticks(Int96 cell) => checked((Day(cell) * TimeSpan.TicksPerDay) + (Nanoseconds(cell) / TimeSpan.NanosecondsPerTick));

    public static long Milliseconds(Int96 cell) => checked((Day(cell) * 86_400_000) + (Nanoseconds(cell) / 1_000_000));

    private static long Day(Int96 cell) => cell.C - (long)JulianDayOf1970;

    private static long Nanoseconds(Int96 cell)
    {
        var found = (uint)cell.A | ((long)cell.B << 32);
        return found >= 0 && found < TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerDay ? found : throw new OverflowException();
    }

    private static ReadOnlySpan<byte> Bytes(nint pointer, int length)
        => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), pointer), length);
}
