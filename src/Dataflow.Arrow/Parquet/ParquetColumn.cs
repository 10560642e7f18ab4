using System.Numerics;
using System.Reflection;
using Parquet;
using Parquet.Schema;

namespace Dataflow;

/// <summary>Reads a column of a row group as values of a member's type.</summary>
internal abstract class ParquetColumn
{
    private static readonly Type[] Integers =
    [
        typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
    ];

    /// <summary>Reads the column.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="bad">Gets the rows whose value the member has no room for, with the reason.</param>
    /// <returns>An array of the member's type with at least that many values. Valid until the next call.</returns>
    public abstract Array Read(ParquetRowGroupReader group, int rows, Dictionary<int, BadCellException> bad);

    /// <summary>Finds the way from a column to a member; null when there is none.</summary>
    public static ParquetColumn? Create(DataField field, RowMember member)
    {
        var (from, to) = (field.ClrType, Nullable.GetUnderlyingType(member.Type) ?? member.Type);
        if (from == typeof(ReadOnlyMemory<char>) || from == typeof(string)) return Texts(field, member, to);
        if (from == typeof(ReadOnlyMemory<byte>) || from == typeof(byte[]))
            return to == typeof(byte[]) ? new ParquetObjects<byte[]>(field, member, ReadBytes) : null;
        if (from == typeof(DateTime)) return Times(field, member, to);
        if (from == to) return Of(nameof(Same), [from], field, member);
        var fits = Integers.Contains(from)
            ? Integers.Contains(to) || to == typeof(double) || to == typeof(decimal)
            : from == typeof(float) && to == typeof(double);
        return fits ? Of(nameof(Number), [from, to], field, member) : null;
    }

    /// <summary>What a column holds, for errors.</summary>
    public static string NameOf(Field field) => field switch
    {
        not DataField { IsArray: false } => "lists or groups",
        DataField { ClrType: var type } when type == typeof(ReadOnlyMemory<char>) => nameof(String),
        DataField { ClrType: var type } when type == typeof(ReadOnlyMemory<byte>) => "Byte[]",
        DataField { ClrType: var type } => type.Name,
    };

    private static ParquetColumn? Texts(DataField field, RowMember member, Type to)
        => to == typeof(string) ? new ParquetObjects<string>(field, member, ReadTexts)
        : to.IsEnum ? Of(nameof(Enums), [to], field, member)
        : null;

    // A timestamp without a zone is taken as UTC; the library calls it local.
    private static ParquetColumn? Times(DataField field, RowMember member, Type to)
        => to == typeof(DateTime) ? Values<DateTime, DateTime>(field, member, Utc)
        : to == typeof(DateTimeOffset) ? Values<DateTime, DateTimeOffset>(field, member, time => new DateTimeOffset(Utc(time)))
        : to == typeof(long) ? Values<DateTime, long>(
            field, member, time => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond)
        : null;

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private static ParquetColumn Same<TValue>(DataField field, RowMember member)
        where TValue : struct
        => Values<TValue, TValue>(field, member, value => value);

    private static ParquetColumn Number<TFile, TValue>(DataField field, RowMember member)
        where TFile : struct, INumberBase<TFile>
        where TValue : struct, INumberBase<TValue>
        => Values<TFile, TValue>(field, member, TValue.CreateChecked);

    private static ParquetColumn Values<TFile, TValue>(DataField field, RowMember member, Func<TFile, TValue> convert)
        where TFile : struct
        where TValue : struct
        => Nullable.GetUnderlyingType(member.Type) is null
            ? new ParquetValues<TFile, TValue>(field, member, convert)
            : new ParquetValues<TFile, TValue?>(field, member, value => convert(value));

    private static ParquetColumn Enums<TEnum>(DataField field, RowMember member)
        where TEnum : struct, Enum
    {
        var texts = new ParquetObjects<string>(field, member, ReadTexts);
        return Nullable.GetUnderlyingType(member.Type) is null
            ? new ParquetEnums<TEnum>(field, member, texts, Parse)
            : new ParquetEnums<TEnum?>(field, member, texts, name => Parse(name));

        static TEnum Parse(string name) => Enum.Parse<TEnum>(name, ignoreCase: true);
    }

    private static void ReadTexts(ParquetRowGroupReader group, DataField field, Memory<string?> values)
        => ParquetFile.Wait(group.ReadAsync(field, values!));

    private static void ReadBytes(ParquetRowGroupReader group, DataField field, Memory<byte[]?> values)
        => ParquetFile.Wait(group.ReadAsync(field, values!));

    private static ParquetColumn Of(string method, Type[] types, DataField field, RowMember member)
        => (ParquetColumn)typeof(ParquetColumn).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(types).Invoke(null, [field, member])!;
}
