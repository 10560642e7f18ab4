namespace Dataflow;

/// <summary>Makes the built-in aggregates, inside <c>Aggregate(a => …)</c>: the type of the values is known here.</summary>
public sealed class Aggregates<T>
{
    internal Aggregates()
    {
    }

    /// <summary>How many values there are.</summary>
    public Aggregation<T, long, long> Count() => new CountAggregation<T>();

    /// <summary>How many values satisfy a predicate.</summary>
    public Aggregation<T, long, long> Count(Func<T, bool> predicate) => new CountWhereAggregation<T>(predicate);

    /// <summary>The sum of whole numbers; an overflow fails the step.</summary>
    public Aggregation<T, long, long> Sum(Func<T, long> of) => new SumAggregation<T>(of);

    /// <summary>The sum of numbers.</summary>
    public Aggregation<T, double, double> Sum(Func<T, double> of) => new SumDoubleAggregation<T>(of);

    /// <summary>The arithmetic mean.</summary>
    public Aggregation<T, MeanAccumulator, double> Mean(Func<T, double> of) => new MeanAggregation<T>(of);

    /// <summary>The least value.</summary>
    public Aggregation<T, Extreme<TValue>, TValue> Min<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new ExtremeAggregation<T, TValue>("min", of, sign: -1);

    /// <summary>The greatest value.</summary>
    public Aggregation<T, Extreme<TValue>, TValue> Max<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new ExtremeAggregation<T, TValue>("max", of, sign: 1);
}
