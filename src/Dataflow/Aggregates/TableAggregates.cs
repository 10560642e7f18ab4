namespace Dataflow;

/// <summary>Makes the aggregates of a table's rows, which change and go: each can take a value back.</summary>
/// <remarks>The names and results are those of <see cref="Aggregates{T}"/>. Where a result cannot be computed backwards, as that of
/// Max, the accumulator keeps all values. A row must equal the one that was added, also after a restart: use a record, or give
/// the type Equals.</remarks>
public sealed class TableAggregates<T>
{
    internal TableAggregates()
    {
    }

    /// <summary>How many rows there are.</summary>
    public Aggregation<T, long, long> Count() => new CountAggregation<T>();

    /// <summary>How many rows satisfy a predicate.</summary>
    public Aggregation<T, long, long> Count(Func<T, bool> predicate) => new CountWhereAggregation<T>(predicate);

    /// <summary>The sum of whole numbers; an overflow fails the step.</summary>
    public Aggregation<T, long, long> Sum(Func<T, long> of) => new SumAggregation<T>(of);

    /// <summary>The sum of numbers, up to rounding: what a great number pushed out does not come back when it goes.</summary>
    public Aggregation<T, double, double> Sum(Func<T, double> of) => new SumDoubleAggregation<T>(of);

    /// <summary>The arithmetic mean, up to rounding as the sum.</summary>
    public Aggregation<T, MeanAccumulator, double> Mean(Func<T, double> of) => new MeanAggregation<T>(of);
}
