using System.Numerics;

namespace Dataflow;

/// <summary>The distinct values of a table's rows, with the number of rows of each, for each condition.</summary>
internal sealed class DistinctRows<TValue> : IHasCodec<DistinctRows<TValue>>
    where TValue : notnull
{
    private readonly ValueTable<(TValue Value, byte Condition), int> _rows;

    internal DistinctRows(int conditions)
        : this(conditions, [], [])
    {
    }

    internal DistinctRows(int conditions, (TValue Value, byte Condition)[] values, int[] rows)
    {
        Counts = new long[conditions];
        _rows = new(values.Length);
        for (var i = 0; i < values.Length; i++) Add(values[i].Value, values[i].Condition, rows[i]);
    }

    ValueCodec<DistinctRows<TValue>> IHasCodec<DistinctRows<TValue>>.MakeCodec(ValueCodecs codecs)
        => new DistinctRowsCodec<TValue>(codecs)!;

    /// <summary>The number of distinct values under each condition.</summary>
    internal long[] Counts { get; }

    /// <summary>Adds rows of a value under a condition, or retracts them.</summary>
    internal void Add(TValue value, byte condition, int rows)
    {
        ref var held = ref _rows.NoteOf((value, condition));
        if (held == 0) Counts[condition]++;
        held += rows;
        if (held > 0) return;
        _rows.Remove((value, condition));
        Counts[condition]--;
    }

    /// <summary>Does the part of adding or retracting rows of a value that may fail.</summary>
    internal void CheckMayAdd(TValue value, byte marks, int rows)
    {
        for (; marks != 0; marks &= (byte)(marks - 1))
        {
            var isThere = _rows.Find((value, (byte)BitOperations.TrailingZeroCount(marks))).IsThere;
            if (rows < 0 && !isThere) throw RetractedUnknown.Of<TValue>();
        }
    }

    internal void Merge(DistinctRows<TValue> other)
    {
        var (values, rows) = other.ToArrays();
        for (var i = 0; i < values.Length; i++) Add(values[i].Value, values[i].Condition, rows[i]);
    }

    internal ((TValue Value, byte Condition)[] Values, int[] Rows) ToArrays() => _rows.ToArrays();
}

/// <summary>Writes the number of conditions, the values with their conditions, and how many rows have each.</summary>
internal sealed class DistinctRowsCodec<TValue>(ValueCodecs codecs) : ValueCodec<DistinctRows<TValue>?>
    where TValue : notnull
{
    static DistinctRowsCodec() => GeneratedCodecs.Add(new PairForm<TValue, byte>());

    public override void Write(ref ValueWriter writer, DistinctRows<TValue>? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        var (values, rows) = value.ToArrays();
        writer.WriteArrayHeader(3);
        writer.WriteInt32(value.Counts.Length);
        PackedValues.Write(ref writer, values, codecs);
        PackedValues.Write(ref writer, rows, codecs);
    }

    public override DistinctRows<TValue>? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return null;
        reader.ReadArrayHeader();
        return new(
            reader.ReadInt32(),
            PackedValues.Read<(TValue Value, byte Condition)>(ref reader, codecs),
            PackedValues.Read<int>(ref reader, codecs));
    }
}
