namespace Dataflow;

/// <summary>How many different values there are, for each of up to eight conditions, with one set for all.</summary>
internal sealed class CountDistinctAggregation<T, TValue, TResult>(
    Func<T, TValue> of, Func<T, bool>[] where, Func<long[], TResult> result)
    : Aggregation<T, DistinctValues<TValue>, TResult>
    where TValue : notnull
{
    public override string Name => where.Length == 0 ? "count distinct" : $"count distinct under {where.Length} conditions";

    public override bool CanCombine => true;

    public override DistinctValues<TValue> Create() => new(Math.Max(1, where.Length));

    public override void Add(ref DistinctValues<TValue> accumulator, T value)
    {
        var marks = where.Length == 0 ? 1 : 0;
        for (var i = 0; i < where.Length; i++) marks |= (where[i](value) ? 1 : 0) << i;
        if (marks != 0) accumulator.Mark(of(value), (byte)marks);
    }

    public override void Merge(ref DistinctValues<TValue> accumulator, in DistinctValues<TValue> other) => accumulator.Merge(other);

    public override TResult Result(in DistinctValues<TValue> accumulator) => result(accumulator.Counts);
}

/// <summary>The same where values can be taken back: how often each value is there under each condition is kept.</summary>
internal sealed class CountDistinctRowsAggregation<T, TValue, TResult>(
    Func<T, TValue> of, Func<T, bool>[] where, Func<long[], TResult> result)
    : Aggregation<T, DistinctRows<TValue>, TResult>
    where TValue : notnull
{
    public override string Name => where.Length == 0 ? "count distinct" : $"count distinct under {where.Length} conditions";

    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override DistinctRows<TValue> Create() => new(Math.Max(1, where.Length));

    public override void Add(ref DistinctRows<TValue> accumulator, T value)
    {
        if (where.Length == 0) accumulator.Add(of(value), 0);
        for (var i = 0; i < where.Length; i++)
        {
            if (where[i](value)) accumulator.Add(of(value), (byte)i);
        }
    }

    public override void Retract(ref DistinctRows<TValue> accumulator, T value)
    {
        if (where.Length == 0) accumulator.Retract(of(value), 0);
        for (var i = 0; i < where.Length; i++)
        {
            if (where[i](value)) accumulator.Retract(of(value), (byte)i);
        }
    }

    public override void Merge(ref DistinctRows<TValue> accumulator, in DistinctRows<TValue> other) => accumulator.Merge(other);

    public override TResult Result(in DistinctRows<TValue> accumulator) => result(accumulator.Counts);
}
