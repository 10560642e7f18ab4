using System.Numerics;

namespace Dataflow;

/// <summary>Counts distinct values under up to eight conditions, with one set for all.</summary>
internal sealed class CountDistinctAggregation<T, TValue, TResult>(
    Selector<T, TValue> of, Func<T, bool>[] where, Func<long[], TResult> result)
    : InPlaceAggregation<T, DistinctValues<TValue>, MarkedValue<TValue>, TResult>
    where TValue : notnull
{
    public override string Name => where.Length == 0 ? "count distinct" : $"count distinct under {where.Length} conditions";

    public override bool CanCombine => true;

    // Where the user's own code compares values.
    public override bool MergeMayFail => !typeof(TValue).IsPrimitive && typeof(TValue) != typeof(string);

    public override DistinctValues<TValue> Create() => new(Math.Max(1, where.Length));

    public override MarkedValue<TValue> Prepare(in DistinctValues<TValue> accumulator, in T value)
    {
        var marks = where.Length == 0 ? 1 : 0;
        for (var i = 0; i < where.Length; i++) marks |= (where[i](value) ? 1 : 0) << i;
        return marks == 0 ? default : accumulator.Find(of.Of(in value), (byte)marks);
    }

    public override void Apply(ref DistinctValues<TValue> accumulator, in MarkedValue<TValue> change)
    {
        if (change.Marks != 0) accumulator.Mark(in change);
    }

    public override void Merge(ref DistinctValues<TValue> accumulator, in DistinctValues<TValue> other) => accumulator.Merge(other);

    public override TResult Result(in DistinctValues<TValue> accumulator) => result(accumulator.Counts);
}

/// <summary>Counts distinct values that can be retracted: keeps how many rows have each value under each condition.</summary>
internal sealed class CountDistinctRowsAggregation<T, TValue, TResult>(
    Selector<T, TValue> of, Func<T, bool>[] where, Func<long[], TResult> result)
    : InPlaceAggregation<T, DistinctRows<TValue>, (TValue Value, byte Marks, int Rows), TResult>
    where TValue : notnull
{
    public override string Name => where.Length == 0 ? "count distinct" : $"count distinct under {where.Length} conditions";

    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override DistinctRows<TValue> Create() => new(Math.Max(1, where.Length));

    public override (TValue Value, byte Marks, int Rows) Prepare(in DistinctRows<TValue> accumulator, in T value)
        => Prepare(accumulator, value, rows: 1);

    public override (TValue Value, byte Marks, int Rows) PrepareRetract(in DistinctRows<TValue> accumulator, in T value)
        => Prepare(accumulator, value, rows: -1);

    public override void Apply(ref DistinctRows<TValue> accumulator, in (TValue Value, byte Marks, int Rows) change)
    {
        for (var marks = change.Marks; marks != 0; marks &= (byte)(marks - 1))
            accumulator.Add(change.Value, (byte)BitOperations.TrailingZeroCount(marks), change.Rows);
    }

    public override void Merge(ref DistinctRows<TValue> accumulator, in DistinctRows<TValue> other) => accumulator.Merge(other);

    public override TResult Result(in DistinctRows<TValue> accumulator) => result(accumulator.Counts);

    private (TValue Value, byte Marks, int Rows) Prepare(DistinctRows<TValue> accumulator, T value, int rows)
    {
        var marks = where.Length == 0 ? 1 : 0;
        for (var i = 0; i < where.Length; i++) marks |= (where[i](value) ? 1 : 0) << i;
        if (marks == 0) return default;
        var distinct = of.Of(in value);
        accumulator.CheckMayAdd(distinct, (byte)marks, rows);
        return (distinct, (byte)marks, rows);
    }
}
