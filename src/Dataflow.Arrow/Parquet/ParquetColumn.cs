using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dataflow.Codecs;
using ParquetSharp;

namespace Dataflow.Arrow;

/// <summary>Finds the conversion of a file's column to a member.</summary>
internal sealed class ParquetColumn
{
    private const string Unknown = "Enums that no record has are looked at where code can be made.";

    private readonly string _name;
    private readonly int _index;
    private readonly RowMember _member;
    private readonly Type _to;
    private readonly ColumnDescriptor _column;

    private ParquetColumn(string name, int index, ColumnDescriptor column, RowMember member)
    {
        (_name, _index, _column, _member) = (name, index, column, member);
        _to = Nullable.GetUnderlyingType(member.Type) ?? member.Type;
    }

    /// <summary>Makes the conversion from a column to a member; null if there is none.</summary>
    public static ParquetValues? Create(string name, int index, ColumnDescriptor column, RowMember member)
        => new ParquetColumn(name, index, column, member).Create();

    /// <summary>Describes the type of a column, for errors.</summary>
    public static string NameOf(ColumnDescriptor? column)
    {
        if (column is null) return "lists or groups";
        using var logical = LogicalTypeOf(column);
        return (column.PhysicalType, logical) switch
        {
            (_, DecimalLogicalType) => nameof(Decimal),
            (PhysicalType.Int96, _) or (_, TimestampLogicalType or DateLogicalType) => nameof(DateTime),
            (_, TimeLogicalType) => nameof(TimeSpan),
            (_, IntLogicalType number) => $"{(number.IsSigned ? "" : "U")}Int{number.BitWidth}",
            (_, Float16LogicalType) => nameof(Half),
            (_, UuidLogicalType) => nameof(Guid),
            (PhysicalType.Float, _) => nameof(Single),
            (PhysicalType.ByteArray, _) when IsText(logical) => nameof(String),
            (PhysicalType.ByteArray or PhysicalType.FixedLenByteArray, _) => "Byte[]",
            var (physical, _) => physical.ToString(),
        };
    }

    // A type that the library does not know is to be ignored, as the format says.
    private static LogicalType LogicalTypeOf(ColumnDescriptor column)
    {
        try
        {
            return column.LogicalType;
        }
        catch (ArgumentOutOfRangeException)
        {
            return LogicalType.None();
        }
    }

    private static bool IsText(LogicalType logical) => logical is StringLogicalType or EnumLogicalType or JsonLogicalType;

    private ParquetValues? Create()
    {
        using var logical = LogicalTypeOf(_column);
        return (_column.PhysicalType, logical) switch
        {
            (PhysicalType.Boolean, _) => Same<bool>(),
            (PhysicalType.Float, _) => _to == typeof(double) ? Values<float, double>(value => value) : Same<float>(),
            (PhysicalType.Double, _) => Same<double>(),
            (PhysicalType.Int32, DecimalLogicalType { Scale: var scale }) => Decimals<int>(value => ParquetCells.Decimal(value, scale)),
            (PhysicalType.Int64, DecimalLogicalType { Scale: var scale }) => Decimals<long>(value => ParquetCells.Decimal(value, scale)),
            (PhysicalType.Int32, DateLogicalType) => Dates(),
            (PhysicalType.Int32, TimeLogicalType { TimeUnit: var unit }) => Spans<int>(value => ParquetCells.Ticks(value, unit)),
            (PhysicalType.Int64, TimeLogicalType { TimeUnit: var unit }) => Spans<long>(value => ParquetCells.Ticks(value, unit)),
            (PhysicalType.Int64, TimestampLogicalType { TimeUnit: var unit })
                => Moments<long>(value => ParquetCells.Ticks(value, unit), value => ParquetCells.Milliseconds(value, unit)),
            (PhysicalType.Int96, _) => Moments<Int96>(ParquetCells.Ticks, ParquetCells.Milliseconds),
            (PhysicalType.Int32, IntLogicalType { IsSigned: false }) => Numbers<int, uint>(value => (uint)value),
            (PhysicalType.Int64, IntLogicalType { IsSigned: false }) => Numbers<long, ulong>(value => (ulong)value),
            (PhysicalType.Int32, _) => Numbers<int, int>(value => value),
            (PhysicalType.Int64, _) => Numbers<long, long>(value => value),
            (PhysicalType.ByteArray, DecimalLogicalType { Scale: var scale })
                => Decimals<ByteArray>(value => ParquetCells.Decimal(ParquetCells.Digits(ParquetCells.Bytes(value)), scale)),
            (PhysicalType.ByteArray, _) when IsText(logical) => Texts(),
            (PhysicalType.ByteArray, _) => Bytes<ByteArray>(value => ParquetCells.Bytes(value).ToArray()),
            (PhysicalType.FixedLenByteArray, _) => Fixed(logical, _column.TypeLength),
            _ => null,
        };
    }

    private ParquetValues? Fixed(LogicalType logical, int length) => logical switch
    {
        DecimalLogicalType { Scale: var scale }
            => Decimals<FixedLenByteArray>(value => ParquetCells.Decimal(ParquetCells.Digits(ParquetCells.Bytes(value, length)), scale)),
        Float16LogicalType => Halves(),
        UuidLogicalType when _to == typeof(Guid)
            => Values<FixedLenByteArray, Guid>(value => new Guid(ParquetCells.Bytes(value, length), bigEndian: true)),
        _ => Bytes<FixedLenByteArray>(value => ParquetCells.Bytes(value, length).ToArray()),
    };

    private ParquetValues? Halves()
        => _to == typeof(Half) ? Values<FixedLenByteArray, Half>(Read)
        : _to == typeof(float) ? Values<FixedLenByteArray, float>(value => (float)Read(value))
        : _to == typeof(double) ? Values<FixedLenByteArray, double>(value => (double)Read(value))
        : null;

    private static Half Read(FixedLenByteArray cell) => BinaryPrimitives.ReadHalfLittleEndian(ParquetCells.Bytes(cell, 2));

    private ParquetValues? Same<TFile>()
        where TFile : unmanaged
        => _to == typeof(TFile) ? Values<TFile, TFile>(value => value) : null;

    private ParquetValues? Decimals<TFile>(Func<TFile, decimal> read)
        where TFile : unmanaged
        => _to == typeof(decimal) ? Values(read) : null;

    private ParquetValues? Dates()
        => _to == typeof(DateOnly)
            ? Values<int, DateOnly>(days => DateOnly.FromDayNumber(checked(days + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber)))
            : Moments<int>(days => days * TimeSpan.TicksPerDay, days => days * 86_400_000L);

    // A timestamp without a zone is taken as UTC.
    private ParquetValues? Moments<TFile>(Func<TFile, long> ticks, Func<TFile, long> milliseconds)
        where TFile : unmanaged
        => _to == typeof(DateTime) ? Values<TFile, DateTime>(value => ParquetCells.Moment(ticks(value)))
        : _to == typeof(DateTimeOffset) ? Values<TFile, DateTimeOffset>(value => ParquetCells.Moment(ticks(value)))
        : _to == typeof(long) ? Values(milliseconds)
        : null;

    private ParquetValues? Spans<TFile>(Func<TFile, long> ticks)
        where TFile : unmanaged
        => _to == typeof(TimeSpan) ? Values<TFile, TimeSpan>(value => new TimeSpan(ticks(value)))
        : _to == typeof(TimeOnly) ? Values<TFile, TimeOnly>(value => new TimeOnly(ticks(value)))
        : null;

    private ParquetValues? Texts()
        => _to == typeof(string) ? new ParquetValues<ByteArray, string>(_name, _index, _member, ParquetCells.Text)
        : _to == typeof(Utf8) ? Values<ByteArray, Utf8>(static cell => new(ParquetCells.Bytes(cell)))
        : GeneratedCodecs.TryUseEnum(_to, new OfKnownEnum(this), out var named) ? named
        : _to.IsEnum && RuntimeFeature.IsDynamicCodeSupported ? ByReflection()
        : null;

    private ParquetValues Names<TEnum>()
        where TEnum : struct, Enum
        => Values<ByteArray, TEnum>(ParquetCells.Named<TEnum>);

    private ParquetValues<TFile, byte[]>? Bytes<TFile>(Func<TFile, byte[]> read)
        where TFile : unmanaged
        => _to == typeof(byte[]) ? new(_name, _index, _member, read) : null;

    private ParquetValues? Numbers<TFile, TNumber>(Func<TFile, TNumber> read)
        where TFile : unmanaged
        where TNumber : struct, INumberBase<TNumber>
        => _to == typeof(sbyte) ? Checked<TFile, TNumber, sbyte>(read)
        : _to == typeof(byte) ? Checked<TFile, TNumber, byte>(read)
        : _to == typeof(short) ? Checked<TFile, TNumber, short>(read)
        : _to == typeof(ushort) ? Checked<TFile, TNumber, ushort>(read)
        : _to == typeof(int) ? Checked<TFile, TNumber, int>(read)
        : _to == typeof(uint) ? Checked<TFile, TNumber, uint>(read)
        : _to == typeof(long) ? Checked<TFile, TNumber, long>(read)
        : _to == typeof(ulong) ? Checked<TFile, TNumber, ulong>(read)
        : _to == typeof(double) ? Checked<TFile, TNumber, double>(read)
        : _to == typeof(decimal) ? Checked<TFile, TNumber, decimal>(read)
        : null;

    private ParquetValues Checked<TFile, TNumber, TValue>(Func<TFile, TNumber> read)
        where TFile : unmanaged
        where TNumber : struct, INumberBase<TNumber>
        where TValue : struct, INumberBase<TValue>
        => Values<TFile, TValue>(value => TValue.CreateChecked(read(value)));

    private ParquetValues Values<TFile, TValue>(Func<TFile, TValue> convert)
        where TFile : unmanaged
        where TValue : struct
        => Nullable.GetUnderlyingType(_member.Type) is null
            ? new ParquetValues<TFile, TValue>(_name, _index, _member, convert)
            : new ParquetValues<TFile, TValue?>(_name, _index, _member, value => convert(value));

    [UnconditionalSuppressMessage("Trimming", "IL2081", Justification = Unknown)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Unknown)]
    private ParquetValues ByReflection()
        => (ParquetValues)typeof(ParquetColumn).GetMethod(nameof(Names), BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(_to).Invoke(this, [])!;

    private sealed class OfKnownEnum(ParquetColumn column) : IEnumUse<ParquetValues>
    {
        public ParquetValues Of<TEnum>()
            where TEnum : struct, Enum
            => column.Names<TEnum>();
    }
}
