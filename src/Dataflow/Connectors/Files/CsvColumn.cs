using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>Converts the cells of a column to values, one at a time.</summary>
internal abstract class CsvColumn(RowMember member, string form)
{
    private const string Unknown = "Types that no record declares are looked at where code can be made.";
    private const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Static;

    /// <summary>Types of .NET whose cells are numbers or short texts.</summary>
    private static readonly Dictionary<Type, Func<RowMember, CsvOptions, CsvColumn>> Plain = new()
    {
        [typeof(int)] = OfExact<int>,
        [typeof(long)] = OfExact<long>,
        [typeof(short)] = OfExact<short>,
        [typeof(sbyte)] = OfExact<sbyte>,
        [typeof(Int128)] = OfExact<Int128>,
        [typeof(uint)] = OfExact<uint>,
        [typeof(ulong)] = OfExact<ulong>,
        [typeof(ushort)] = OfExact<ushort>,
        [typeof(byte)] = OfExact<byte>,
        [typeof(UInt128)] = OfExact<UInt128>,
        [typeof(nint)] = OfExact<nint>,
        [typeof(nuint)] = OfExact<nuint>,
        [typeof(decimal)] = OfExact<decimal>,
        [typeof(double)] = OfFloat<double>,
        [typeof(float)] = OfFloat<float>,
        [typeof(Half)] = OfFloat<Half>,
        [typeof(bool)] = OfParsable<bool>,
        [typeof(char)] = OfParsable<char>,
        [typeof(Guid)] = OfParsable<Guid>,
        [typeof(Utf8)] = OfParsable<Utf8>,
    };

    private delegate bool Parser<TValue>(CsvCell cell, out TValue value);

    private delegate bool TextParser<TValue>(ReadOnlySpan<char> text, out TValue value);

    /// <summary>The expected form of its cells, for errors.</summary>
    public string Expected => $"{member.TypeName}{(form.Length > 0 ? $" ({form})" : "")}";

    /// <summary>An array of one: the value of the cell that was parsed last.</summary>
    public abstract Array Values { get; }

    public abstract bool TryParse(CsvCell cell);

    /// <exception cref="ConnectorException">No cell can become the member's type.</exception>
    public static CsvColumn Create(Type row, RowMember member, CsvOptions options)
    {
        var type = Nullable.GetUnderlyingType(member.Type) ?? member.Type;
        if (type == typeof(string)) return OfText(member, options);
        var dates = new CsvDates(options.Culture, options.DateFormats);
        if (type == typeof(DateTime)) return OfValue<DateTime>(member, options, dates.DateTimeForm, dates.TryParse);
        if (type == typeof(DateTimeOffset)) return OfValue<DateTimeOffset>(member, options, dates.DateTimeForm, dates.TryParse);
        if (type == typeof(DateOnly)) return OfValue<DateOnly>(member, options, dates.DateForm, dates.TryParse);
        if (type == typeof(TimeOnly)) return OfValue<TimeOnly>(member, options, "such as 12:30:00", CsvDates.TryParse);
        if (type == typeof(TimeSpan)) return OfValue<TimeSpan>(member, options, "such as 1.12:30:00", CsvDates.TryParse);
        if (Plain.TryGetValue(type, out var plain)) return plain(member, options);
        if (GeneratedCodecs.TryUseEnum(type, new OfKnownEnum(member, options), out var named)) return named;
        return (RuntimeFeature.IsDynamicCodeSupported ? ByReflection(type, member, options) : null)
            ?? throw ConnectorException.UnsupportedMember(
                row, member.Name, member.Type, "CSV", "text, a number, bool, a date or time, Guid or an enum");
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Unknown)]
    [UnconditionalSuppressMessage("Trimming", "IL2076", Justification = Unknown)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Unknown)]
    private static CsvColumn? ByReflection(Type type, RowMember member, CsvOptions options)
    {
        var method = type.IsEnum ? nameof(OfEnum)
            : type.IsValueType && type.GetInterfaces().Any(IsSpanParsable) ? nameof(OfParsable) : null;
        return method is null ? null
            : (CsvColumn)typeof(CsvColumn).GetMethod(method, Hidden)!.MakeGenericMethod(type).Invoke(null, [member, options])!;
    }

    private static bool IsSpanParsable(Type type)
        => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ISpanParsable<>);

    private static Column<string?> OfText(RowMember member, CsvOptions options)
    {
        var texts = SepToString.PoolPerCol()(null, 1);
        return new(member, "", (cell, out value) =>
        {
            var isMissing = IsMissing(cell, options);
            value = isMissing && member.TakesNull ? null : texts.ToString(cell.Text, 0);
            return member.TakesNull || !isMissing || cell.Text.IsEmpty;
        });
    }

    private static CsvColumn OfEnum<TValue>(RowMember member, CsvOptions options)
        where TValue : struct, Enum
        => OfValue<TValue>(
            member, options, "one of its names", static (text, out value) => EnumNames<TValue>.TryParse(text.Trim(), out value));

    private static CsvColumn OfExact<TValue>(RowMember member, CsvOptions options)
        where TValue : struct, INumberBase<TValue>
    {
        var numbers = new CsvNumbers(options.Culture);
        return OfValue<TValue>(member, options, CsvNumbers.IsWhole(typeof(TValue)) ? "" : numbers.Form, numbers.TryParseExact);
    }

    private static CsvColumn OfFloat<TValue>(RowMember member, CsvOptions options)
        where TValue : struct, IFloatingPointIeee754<TValue>
    {
        var numbers = new CsvNumbers(options.Culture);
        return OfValue<TValue>(member, options, numbers.Form, numbers.TryParseFloat);
    }

    private static CsvColumn OfParsable<TValue>(RowMember member, CsvOptions options)
        where TValue : struct, ISpanParsable<TValue>
        => OfValue<TValue>(member, options, "", (text, out value) => TValue.TryParse(text, options.Culture, out value));

    private static CsvColumn OfValue<TValue>(RowMember member, CsvOptions options, string form, TextParser<TValue> parser)
        where TValue : struct
    {
        if (Nullable.GetUnderlyingType(member.Type) is null)
            return new Column<TValue>(member, form, (cell, out value) => parser(cell.Text, out value));
        return new Column<TValue?>(member, form, (cell, out value) =>
        {
            value = null;
            if (cell.Text.IsEmpty || IsMissing(cell, options)) return true;
            if (!parser(cell.Text, out var parsed)) return false;
            value = parsed;
            return true;
        });
    }

    private static bool IsMissing(CsvCell cell, CsvOptions options)
    {
        if (cell.IsQuoted) return false;
        if (cell.Text.IsEmpty) return true;
        foreach (var word in options.NullWords)
        {
            if (cell.Text.SequenceEqual(word)) return true;
        }

        return false;
    }

    private sealed class OfKnownEnum(RowMember member, CsvOptions options) : IEnumUse<CsvColumn>
    {
        public CsvColumn Of<TEnum>()
            where TEnum : struct, Enum
            => OfEnum<TEnum>(member, options);
    }

    private sealed class Column<TValue>(RowMember member, string form, Parser<TValue> parser) : CsvColumn(member, form)
    {
        private readonly TValue[] _value = new TValue[1];

        public override Array Values => _value;

        public override bool TryParse(CsvCell cell) => parser(cell, out _value[0]);
    }
}
