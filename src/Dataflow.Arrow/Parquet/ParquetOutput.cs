using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Schema;
using ArrowField = Apache.Arrow.Field;
using Field = Parquet.Schema.Field;

namespace Dataflow.Arrow;

/// <summary>Writes the arrays of an Arrow column as a Parquet column.</summary>
internal abstract class ParquetOutput
{
    public abstract Field Field { get; }

    public abstract void Write(ParquetRowGroupWriter group, IArrowArray array);

    /// <summary>Makes the output for a column of those that <see cref="ArrowColumns"/> makes.</summary>
    public static ParquetOutput Of(ArrowField field) => field.DataType switch
    {
        Int8Type => Numbers<sbyte>(field),
        UInt8Type => Numbers<byte>(field),
        Int16Type => Numbers<short>(field),
        UInt16Type => Numbers<ushort>(field),
        Int32Type => Numbers<int>(field),
        UInt32Type => Numbers<uint>(field),
        Int64Type => Numbers<long>(field),
        UInt64Type => Numbers<ulong>(field),
        FloatType => Numbers<float>(field),
        DoubleType => Numbers<double>(field),
        BooleanType => new ParquetValuesOutput<bool>(Plain<bool>(field), Bits),
        TimestampType => new ParquetValuesOutput<DateTime>(
            new DateTimeDataField(field.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Millis, field.IsNullable),
            Times),
        StringType => new ParquetValuesOutput<ReadOnlyMemory<char>>(Plain<string>(field), Texts),
        BinaryType => new ParquetValuesOutput<ReadOnlyMemory<byte>>(Plain<byte[]>(field), Bytes),
        _ => new ParquetFloatsOutput(field.Name),
    };

    private static DataField Plain<TValue>(ArrowField field) => new(field.Name, typeof(TValue), field.IsNullable);

    private static ParquetValuesOutput<TValue> Numbers<TValue>(ArrowField field)
        where TValue : struct, IEquatable<TValue>
        => new(Plain<TValue>(field), static (array, values) => ((PrimitiveArray<TValue>)array).Values.CopyTo(values));

    private static void Bits(IArrowArray array, Span<bool> values)
    {
        var bits = (BooleanArray)array;
        for (var i = 0; i < values.Length; i++) values[i] = bits.GetValue(i) ?? false;
    }

    private static void Times(IArrowArray array, Span<DateTime> values)
    {
        var milliseconds = ((TimestampArray)array).Values;
        for (var i = 0; i < values.Length; i++) values[i] = DateTime.UnixEpoch.AddMilliseconds(milliseconds[i]);
    }

    private static void Texts(IArrowArray array, Span<ReadOnlyMemory<char>> values)
    {
        var texts = (StringArray)array;
        var characters = new char[Encoding.UTF8.GetMaxCharCount(texts.ValueOffsets[^1] - texts.ValueOffsets[0])];
        var end = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var length = Encoding.UTF8.GetChars(texts.GetBytes(i), characters.AsSpan(end));
            values[i] = characters.AsMemory(end, length);
            end += length;
        }
    }

    private static void Bytes(IArrowArray array, Span<ReadOnlyMemory<byte>> values)
    {
        var bytes = (BinaryArray)array;
        var memory = bytes.ValueBuffer.Memory;
        var ends = bytes.ValueOffsets;
        for (var i = 0; i < values.Length; i++) values[i] = memory[ends[i]..ends[i + 1]];
    }
}

/// <summary>A column of single values.</summary>
internal sealed class ParquetValuesOutput<TValue>(DataField column, ParquetValuesOutput<TValue>.Reader read) : ParquetOutput
    where TValue : struct
{
    private TValue[] _values = [];
    private int[] _levels = []; // 1 where there is a value

    public delegate void Reader(IArrowArray array, Span<TValue> values);

    public override Field Field => column;

    public override void Write(ParquetRowGroupWriter group, IArrowArray array)
    {
        if (_values.Length < array.Length) (_values, _levels) = (new TValue[array.Length], new int[array.Length]);
        read(array, _values.AsSpan(0, array.Length));
        var count = column.IsNullable ? LeaveOutNulls(array) : array.Length;
        var levels = column.IsNullable ? _levels.AsMemory(0, array.Length) : (ReadOnlyMemory<int>?)null;
        group.WriteAllPartsAsync<TValue>(column, _values.AsMemory(0, count), levels, null, default).GetAwaiter().GetResult();
    }

    private int LeaveOutNulls(IArrowArray array)
    {
        var count = 0;
        for (var i = 0; i < array.Length; i++)
        {
            _levels[i] = array.IsNull(i) ? 0 : 1;
            if (_levels[i] == 1) _values[count++] = _values[i];
        }

        return count;
    }
}

/// <summary>A column of lists of floats.</summary>
internal sealed class ParquetFloatsOutput(string name) : ParquetOutput
{
    private readonly ListField _field = new(name, new DataField<float>("element"));
    private readonly List<int> _defined = []; // 0: no list, 1: an empty one, 2: an element
    private readonly List<int> _repeated = []; // 0: a list's first element, 1: others

    public override Field Field => _field;

    public override void Write(ParquetRowGroupWriter group, IArrowArray array)
    {
        var lists = (ListArray)array;
        Describe(lists);
        var (start, end) = (lists.ValueOffsets[0], lists.ValueOffsets[^1]);
        var values = ((FloatArray)lists.Values).Values[start..end].ToArray();
        group.WriteAllPartsAsync<float>((DataField)_field.Item, values, Memory(_defined), Memory(_repeated), default)
            .GetAwaiter().GetResult();
    }

    private static ReadOnlyMemory<int> Memory(List<int> levels) => levels.ToArray();

    private void Describe(ListArray lists)
    {
        _defined.Clear();
        _repeated.Clear();
        for (var i = 0; i < lists.Length; i++)
        {
            var length = lists.IsNull(i) ? 0 : lists.GetValueLength(i);
            _defined.Add(length > 0 ? 2 : lists.IsNull(i) ? 0 : 1);
            _repeated.Add(0);
            for (var element = 1; element < length; element++)
            {
                _defined.Add(2);
                _repeated.Add(1);
            }
        }
    }
}
