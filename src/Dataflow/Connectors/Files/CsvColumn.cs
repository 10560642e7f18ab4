using System.Globalization;
using System.Reflection;
using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>Makes values of a column's cells, one at a time.</summary>
internal abstract class CsvColumn(RowMember member)
{
    private delegate bool Parser<TValue>(SepReader.Col cell, out TValue value);

    /// <summary>What its cells must be, for errors.</summary>
    public string TypeName => member.TypeName;

    /// <summary>An array of one: the value of the cell that was parsed last.</summary>
    public abstract Array Values { get; }

    public abstract bool TryParse(SepReader.Col cell);

    /// <exception cref="ConnectorException">No cell can become the member's type.</exception>
    public static CsvColumn Create(Type row, RowMember member)
    {
        var type = Nullable.GetUnderlyingType(member.Type) ?? member.Type;
        var method = type.IsEnum ? nameof(OfEnum)
            : type == typeof(string) ? nameof(OfText)
            : type == typeof(DateTime) ? nameof(OfDateTime)
            : type == typeof(DateTimeOffset) ? nameof(OfDateTimeOffset)
            : type.IsValueType && type.GetInterfaces().Any(IsSpanParsable) ? nameof(OfParsable)
            : throw ConnectorException.UnsupportedMember(row, member.Name, member.Type, "CSV",
                "text, a number, bool, a date or time, Guid or an enum");
        var create = typeof(CsvColumn).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!;
        if (create.IsGenericMethodDefinition) create = create.MakeGenericMethod(type);
        return (CsvColumn)create.Invoke(null, [member])!;
    }

    private static bool IsSpanParsable(Type type)
        => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ISpanParsable<>);

    private static Column<string?> OfText(RowMember member)
        => new(member, member.TakesNull ? TextOrNull : Text);

    private static bool Text(SepReader.Col cell, out string? value)
    {
        value = cell.ToString();
        return true;
    }

    private static bool TextOrNull(SepReader.Col cell, out string? value)
    {
        value = cell.Span.IsEmpty ? null : cell.ToString();
        return true;
    }

    private static CsvColumn OfEnum<TValue>(RowMember member)
        where TValue : struct, Enum
        => OfValue<TValue>(member, static (cell, out value) => Enum.TryParse(cell.Span, ignoreCase: true, out value));

    private static CsvColumn OfParsable<TValue>(RowMember member)
        where TValue : struct, ISpanParsable<TValue>
        => OfValue<TValue>(member, static (cell, out value)
            => TValue.TryParse(cell.Span, CultureInfo.InvariantCulture, out value));

    // Without an offset a time is UTC, never the machine's zone.
    private static CsvColumn OfDateTime(RowMember member)
        => OfValue<DateTime>(member, static (cell, out value) => DateTime.TryParse(cell.Span, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value));

    private static CsvColumn OfDateTimeOffset(RowMember member)
        => OfValue<DateTimeOffset>(member, static (cell, out value) => DateTimeOffset.TryParse(
            cell.Span, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value));

    private static CsvColumn OfValue<TValue>(RowMember member, Parser<TValue> parser)
        where TValue : struct
    {
        if (Nullable.GetUnderlyingType(member.Type) is null) return new Column<TValue>(member, parser);
        return new Column<TValue?>(member, (cell, out value) =>
        {
            value = null;
            if (cell.Span.IsEmpty) return true;
            if (!parser(cell, out var parsed)) return false;
            value = parsed;
            return true;
        });
    }

    private sealed class Column<TValue>(RowMember member, Parser<TValue> parser) : CsvColumn(member)
    {
        private readonly TValue[] _value = new TValue[1];

        public override Array Values => _value;

        public override bool TryParse(SepReader.Col cell) => parser(cell, out _value[0]);
    }
}
