using System.Numerics;

namespace Dataflow;

/// <summary>The distinct values so far, each marked with the conditions under which it was seen.</summary>
internal sealed class DistinctValues<TValue> : IHasCodec<DistinctValues<TValue>>
    where TValue : notnull
{
    private ValueTable<TValue, byte> _marks;

    internal DistinctValues(int conditions)
        : this(conditions, [], [])
    {
    }

    internal DistinctValues(int conditions, TValue[] values, byte[] marks)
    {
        Counts = new long[conditions];
        _marks = new(values.Length);
        for (var i = 0; i < values.Length; i++) Mark(Find(values[i], marks.Length == 0 ? (byte)1 : marks[i]));
    }

    ValueCodec<DistinctValues<TValue>> IHasCodec<DistinctValues<TValue>>.MakeCodec(ValueCodecs codecs)
        => new DistinctValuesCodec<TValue>(codecs)!;

    /// <summary>The number of values seen under each condition.</summary>
    internal long[] Counts { get; }

    /// <summary>Finds the place of a value, present or to be added, with the marks to set.</summary>
    internal MarkedValue<TValue> Find(TValue value, byte marks) => new(value, marks, _marks.Find(value));

    internal void Mark(in MarkedValue<TValue> value)
    {
        ref var seen = ref _marks.NoteAt(value.Value, value.Place);
        var added = value.Marks & ~seen;
        if (added == 0) return;
        seen |= value.Marks;
        for (; added != 0; added &= added - 1) Counts[BitOperations.TrailingZeroCount(added)]++;
    }

    internal void Merge(DistinctValues<TValue> other)
    {
        if (_marks.Count == 0)
        {
            _marks = other._marks.Clone();
            other.Counts.CopyTo(Counts, 0);
            return;
        }

        var (values, marks) = other.ToArrays();
        for (var i = 0; i < values.Length; i++) Mark(Find(values[i], marks[i]));
    }

    internal (TValue[] Values, byte[] Marks) ToArrays() => _marks.ToArrays();
}

/// <summary>A value, the conditions under which it was seen, and its place.</summary>
internal readonly record struct MarkedValue<TValue>(TValue Value, byte Marks, ValuePlace Place);

/// <summary>Writes the number of conditions, the values and, if there are several conditions, the marks.</summary>
internal sealed class DistinctValuesCodec<TValue>(ValueCodecs codecs) : ValueCodec<DistinctValues<TValue>?>
    where TValue : notnull
{
    public override void Write(ref ValueWriter writer, DistinctValues<TValue>? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        var (values, marks) = value.ToArrays();
        writer.WriteArrayHeader(3);
        writer.WriteInt32(value.Counts.Length);
        PackedValues.Write(ref writer, values, codecs);
        writer.WriteBytes(value.Counts.Length == 1 ? [] : marks);
    }

    public override DistinctValues<TValue>? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return null;
        reader.ReadArrayHeader();
        var conditions = reader.ReadInt32();
        var values = PackedValues.Read<TValue>(ref reader, codecs);
        return new(conditions, values, reader.ReadBytes().ToArray());
    }
}
