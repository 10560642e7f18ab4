using System.Globalization;
using System.Numerics;

namespace Dataflow;

/// <summary>Parses numbers: a sign, digits without grouping, a decimal separator, an exponent.</summary>
internal sealed class CsvNumbers(CultureInfo culture)
{
    /// <summary>The expected form of a number, for errors.</summary>
    public string Form => $"such as {1234.5.ToString(culture)}, digits not grouped";

    public static bool IsWhole(Type type)
        => type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(sbyte) || type == typeof(Int128)
            || type == typeof(uint) || type == typeof(ulong) || type == typeof(ushort) || type == typeof(byte) || type == typeof(UInt128)
            || type == typeof(nint) || type == typeof(nuint);

    /// <summary>Parses whole numbers and decimals; 1.0 and 1E3 are whole too.</summary>
    public bool TryParseExact<TValue>(ReadOnlySpan<char> cell, out TValue value)
        where TValue : struct, INumberBase<TValue>
        => TValue.TryParse(cell, NumberStyles.Integer, culture, out value) // the fast path of most numbers
            || TValue.TryParse(cell, NumberStyles.Float, culture, out value);

    /// <summary>Parses floating-point numbers, and <c>nan</c> and <c>inf</c> in the spellings of other languages. A number too large for
    /// the type is refused, although the library makes it infinite.</summary>
    public bool TryParseFloat<TValue>(ReadOnlySpan<char> cell, out TValue value)
        where TValue : struct, IFloatingPointIeee754<TValue>
    {
        if (TValue.TryParse(cell, NumberStyles.Float, culture, out value) && TValue.IsFinite(value)) return true;
        var name = cell.Trim();
        var isNegative = name.StartsWith('-');
        if (isNegative || name.StartsWith('+')) name = name[1..];
        if (Is(name, "nan")) value = TValue.NaN;
        else if (Is(name, "inf") || Is(name, "infinity")) value = isNegative ? TValue.NegativeInfinity : TValue.PositiveInfinity;
        else return false;
        return true;
    }

    private static bool Is(ReadOnlySpan<char> name, string word) => name.Equals(word, StringComparison.OrdinalIgnoreCase);
}
