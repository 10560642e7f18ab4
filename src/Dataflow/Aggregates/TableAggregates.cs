namespace Dataflow;

/// <summary>The aggregates of a table's rows, which change and are deleted: each can retract a value.</summary>
/// <remarks>Names and results are those of <see cref="Aggregates{T}"/>. Where a result cannot be computed backwards, such as the greatest
/// value, the accumulator keeps all values. A retracted row must equal the one that was added, also after a restart: use a record, or
/// implement Equals. Aggregates that depend on the order of arrival are missing here: rows have none.</remarks>
public sealed class TableAggregates<T>
{
    private readonly Aggregates<T> _aggregates = new();

    /// <inheritdoc cref="Aggregates{T}.Count()"/>
    public Aggregation<T, long> Count() => _aggregates.Count();

    /// <inheritdoc cref="Aggregates{T}.Count(Func{T, bool})"/>
    public Aggregation<T, long> Count(Func<T, bool> predicate) => _aggregates.Count(predicate);

    /// <summary>Counts the distinct values exactly: all are kept in state, each with its number of rows.</summary>
    public Aggregation<T, long> CountDistinct<TValue>(Func<T, TValue> of)
        where TValue : notnull
        => new CountDistinctRowsAggregation<T, TValue, long>(of, [], counts => counts[0]);

    /// <summary>Counts the distinct values under each condition, in the order of the conditions.</summary>
    /// <param name="of">Selects the value to count.</param>
    /// <param name="where">One to eight conditions. <c>_ => true</c> counts all.</param>
    public Aggregation<T, IReadOnlyList<long>> CountDistinct<TValue>(
        Func<T, TValue> of, params Func<T, bool>[] where)
        where TValue : notnull
        => new CountDistinctRowsAggregation<T, TValue, IReadOnlyList<long>>(
            of, AggregateArguments.Conditions(where), counts => counts.ToArray());

    /// <inheritdoc cref="Aggregates{T}.Sum(Func{T, long})"/>
    public Aggregation<T, long> Sum(Func<T, long> of) => _aggregates.Sum(of);

    /// <summary>Sums numbers, up to rounding: digits that are lost beside a great number do not come back when it is retracted.</summary>
    public Aggregation<T, double> Sum(Func<T, double> of) => _aggregates.Sum(of);

    /// <inheritdoc cref="Aggregates{T}.Sum(Func{T, decimal})"/>
    public Aggregation<T, decimal> Sum(Func<T, decimal> of) => _aggregates.Sum(of);

    /// <summary>Computes the arithmetic mean, up to rounding as the sum; NaN if there are no rows.</summary>
    public Aggregation<T, double> Mean(Func<T, double> of) => _aggregates.Mean(of);

    /// <inheritdoc cref="Aggregates{T}.Variance"/>
    public Aggregation<T, double> Variance(Func<T, double> of) => _aggregates.Variance(of);

    /// <inheritdoc cref="Aggregates{T}.StandardDeviation"/>
    public Aggregation<T, double> StandardDeviation(Func<T, double> of) => _aggregates.StandardDeviation(of);

    /// <inheritdoc cref="Aggregates{T}.PopulationVariance"/>
    public Aggregation<T, double> PopulationVariance(Func<T, double> of) => _aggregates.PopulationVariance(of);

    /// <inheritdoc cref="Aggregates{T}.PopulationStandardDeviation"/>
    public Aggregation<T, double> PopulationStandardDeviation(Func<T, double> of)
        => _aggregates.PopulationStandardDeviation(of);

    /// <inheritdoc cref="Aggregates{T}.Min"/>
    public Aggregation<T, TValue> Min<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new SortedAggregation<T, TValue, TValue>(
            "min", of, By<TValue, TValue>(value => value, sign: 1), values => values.FirstOrDefault()!);

    /// <inheritdoc cref="Aggregates{T}.Max"/>
    public Aggregation<T, TValue> Max<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new SortedAggregation<T, TValue, TValue>(
            "max", of, By<TValue, TValue>(value => value, sign: -1), values => values.FirstOrDefault()!);

    /// <inheritdoc cref="Aggregates{T}.MinBy"/>
    public Aggregation<T, T> MinBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => Sorted("min by", By(by, sign: 1), values => values.FirstOrDefault()!);

    /// <inheritdoc cref="Aggregates{T}.MaxBy"/>
    public Aggregation<T, T> MaxBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => Sorted("max by", By(by, sign: -1), values => values.FirstOrDefault()!);

    /// <inheritdoc cref="Aggregates{T}.AllMinBy"/>
    public Aggregation<T, IReadOnlyList<T>> AllMinBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => AllFirst("all min by", By(by, sign: 1));

    /// <inheritdoc cref="Aggregates{T}.AllMaxBy"/>
    public Aggregation<T, IReadOnlyList<T>> AllMaxBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => AllFirst("all max by", By(by, sign: -1));

    /// <inheritdoc cref="Aggregates{T}.Top"/>
    public Aggregation<T, IReadOnlyList<T>> Top<TKey>(int count, Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => FirstOf("top", AggregateArguments.Positive(count), By(by, sign: -1));

    /// <inheritdoc cref="Aggregates{T}.Bottom"/>
    public Aggregation<T, IReadOnlyList<T>> Bottom<TKey>(int count, Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => FirstOf("bottom", AggregateArguments.Positive(count), By(by, sign: 1));

    /// <inheritdoc cref="Aggregates{T}.Histogram"/>
    public Aggregation<T, IReadOnlyList<long>> Histogram(Func<T, double> of, params double[] bounds)
        => _aggregates.Histogram(of, bounds);

    /// <inheritdoc cref="Aggregates{T}.Quantile"/>
    public Aggregation<T, double> Quantile(Func<T, double> of, double share, double relativeError = 0.01)
        => _aggregates.Quantile(of, share, relativeError);

    /// <inheritdoc cref="Aggregates{T}.Quantiles"/>
    public Aggregation<T, IReadOnlyList<double>> Quantiles(
        Func<T, double> of, double[] shares, double relativeError = 0.01)
        => _aggregates.Quantiles(of, shares, relativeError);

    /// <summary>Computes sum, count and mean with exponential decay: a value weighs half as much after each half-life; up to rounding as
    /// the sum.</summary>
    /// <param name="of">Selects the number.</param>
    /// <param name="time">Selects the value's time; values may come in any order. The weights hold for the newest row that ever
    /// was.</param>
    /// <param name="halfLife">The time in which a weight halves.</param>
    public Aggregation<T, Decayed> Decayed(Func<T, double> of, Func<T, DateTimeOffset> time, TimeSpan halfLife)
        => _aggregates.Decayed(of, time, halfLife);

    /// <summary>Computes decayed values with the time in milliseconds since the Unix epoch.</summary>
    public Aggregation<T, Decayed> Decayed(Func<T, double> of, Func<T, long> time, TimeSpan halfLife)
        => _aggregates.Decayed(of, time, halfLife);

    /// <summary>Makes a user's own aggregate from functions. As a class, override CanRetract and Retract.</summary>
    /// <param name="name">The name, shown in the plan and compared by a restart: change it when the accumulator's meaning changes.</param>
    /// <param name="create">Creates the accumulator of no values: a new one each time.</param>
    /// <param name="add">Returns the accumulator with one more value; may change and return the one given.</param>
    /// <param name="retract">Returns the accumulator without a value that was added; may change and return the one given.</param>
    /// <param name="merge">Returns the accumulator of both; may change and return the first, must not change the second.</param>
    /// <param name="result">Computes the result; must not change the accumulator.</param>
    public Aggregation<T, TResult> Custom<TAccumulator, TResult>(
        string name,
        Func<TAccumulator> create,
        Func<TAccumulator, T, TAccumulator> add,
        Func<TAccumulator, T, TAccumulator> retract,
        Func<TAccumulator, TAccumulator, TAccumulator> merge,
        Func<TAccumulator, TResult> result)
        => new CustomAggregation<T, TAccumulator, TResult>(name, create, add, merge, result, retract);

    private static SortedAggregation<T, T, IReadOnlyList<T>> AllFirst(string name, Comparison<T> order)
        => Sorted<IReadOnlyList<T>>(
            name, order, values => values.All.TakeWhile(row => order(row, values.FirstOrDefault()!) == 0).ToArray());

    private static SortedAggregation<T, T, IReadOnlyList<T>> FirstOf(string name, int count, Comparison<T> order)
        => Sorted<IReadOnlyList<T>>($"{name} {count}", order, values => values.All.Take(count).ToArray());

    private static SortedAggregation<T, T, TResult> Sorted<TResult>(
        string name, Comparison<T> order, Func<SortedValues<T>, TResult> result)
        => new(name, row => row, order, result);

    private static Comparison<TValue> By<TValue, TKey>(Func<TValue, TKey> by, int sign)
        => (one, other) => KeyOrder<TKey>.Compare(by(one), by(other)) * sign;
}
