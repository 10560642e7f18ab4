namespace Dataflow;

/// <summary>The built-in aggregates, for use inside <c>Aggregate(a => …)</c>, where the type of the values is known.</summary>
/// <remarks>Functions given here are called for each value, on the task's thread. Among values of equal rank the earlier wins. "Earlier" is
/// the order of arrival, which is not that of event time where records are late. Strings compare by their code units, whatever the
/// culture.</remarks>
public sealed class Aggregates<T>
{
    /// <summary>Counts the values.</summary>
    public Aggregation<T, long> Count() => new CountAggregation<T>();

    /// <summary>Counts the values that satisfy a predicate.</summary>
    public Aggregation<T, long> Count(Func<T, bool> predicate) => new CountWhereAggregation<T>(predicate);

    /// <summary>Counts the distinct values exactly: all of them are kept in state.</summary>
    public Aggregation<T, long> CountDistinct<TValue>(Func<T, TValue> of)
        where TValue : notnull
        => new CountDistinctAggregation<T, TValue, long>(of, [], counts => counts[0]);

    /// <summary>Counts the distinct values under each condition, in the order of the conditions; all share one set.</summary>
    /// <param name="of">Selects the value to count.</param>
    /// <param name="where">One to eight conditions. <c>_ => true</c> counts all.</param>
    public Aggregation<T, IReadOnlyList<long>> CountDistinct<TValue>(
        Func<T, TValue> of, params Func<T, bool>[] where)
        where TValue : notnull
        => new CountDistinctAggregation<T, TValue, IReadOnlyList<long>>(
            of, AggregateArguments.Conditions(where), counts => counts.ToArray());

    /// <summary>Counts the distinct values approximately, with a HyperLogLog sketch of at most 2^precision bytes.</summary>
    /// <param name="of">Selects the value to count, of a type that can be a key, so that equal values count once.</param>
    /// <param name="precision">4 to 18. The standard error is 1.04 / √2^precision: 1.6 % for 12, the default.</param>
    /// <exception cref="PlanException">The type cannot be a key.</exception>
    public Aggregation<T, long> ApproximateCountDistinct<TValue>(Func<T, TValue> of, int precision = 12)
    {
        _ = KeyCodec<TValue>.Default;
        return new ApproximateCountDistinctAggregation<T, TValue>(of, AggregateArguments.Precision(precision));
    }

    /// <summary>Sums whole numbers; an overflow fails the step.</summary>
    public Aggregation<T, long> Sum(Func<T, long> of) => new SumAggregation<T, long>(of);

    /// <summary>Sums numbers.</summary>
    public Aggregation<T, double> Sum(Func<T, double> of) => new SumAggregation<T, double>(of);

    /// <summary>Sums decimal numbers; an overflow fails the step.</summary>
    public Aggregation<T, decimal> Sum(Func<T, decimal> of) => new SumAggregation<T, decimal>(of);

    /// <summary>Computes the arithmetic mean; NaN if there are no values.</summary>
    public Aggregation<T, double> Mean(Func<T, double> of) => new MeanAggregation<T>(of);

    /// <summary>Computes the sample variance, as SQL's VAR_SAMP: divided by count - 1, NaN for fewer than two values.</summary>
    public Aggregation<T, double> Variance(Func<T, double> of)
        => new VarianceAggregation<T>("variance", of, lost: 1, isRoot: false);

    /// <summary>Computes the sample standard deviation, as SQL's STDDEV_SAMP: the square root of <see cref="Variance"/>.</summary>
    public Aggregation<T, double> StandardDeviation(Func<T, double> of)
        => new VarianceAggregation<T>("standard deviation", of, lost: 1, isRoot: true);

    /// <summary>Computes the population variance, as SQL's VAR_POP: divided by count, NaN if there are no values.</summary>
    public Aggregation<T, double> PopulationVariance(Func<T, double> of)
        => new VarianceAggregation<T>("population variance", of, lost: 0, isRoot: false);

    /// <summary>Computes the population standard deviation, as SQL's STDDEV_POP.</summary>
    public Aggregation<T, double> PopulationStandardDeviation(Func<T, double> of)
        => new VarianceAggregation<T>("population standard deviation", of, lost: 0, isRoot: true);

    /// <summary>Computes the smallest value.</summary>
    public Aggregation<T, TValue> Min<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new ExtremeAggregation<T, TValue>("min", of, sign: -1);

    /// <summary>Computes the greatest value.</summary>
    public Aggregation<T, TValue> Max<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new ExtremeAggregation<T, TValue>("max", of, sign: 1);

    /// <summary>Keeps the value with the smallest key.</summary>
    public Aggregation<T, T> MinBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new ExtremeByAggregation<T, TKey>("min by", by, sign: -1);

    /// <summary>Keeps the value with the greatest key.</summary>
    public Aggregation<T, T> MaxBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new ExtremeByAggregation<T, TKey>("max by", by, sign: 1);

    /// <summary>Keeps all values that share the smallest key, in the order of arrival.</summary>
    public Aggregation<T, IReadOnlyList<T>> AllMinBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new AllExtremesByAggregation<T, TKey>("all min by", by, sign: -1);

    /// <summary>Keeps all values that share the greatest key, in the order of arrival.</summary>
    public Aggregation<T, IReadOnlyList<T>> AllMaxBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new AllExtremesByAggregation<T, TKey>("all max by", by, sign: 1);

    /// <summary>Keeps the <paramref name="count"/> values with the greatest keys, greatest first.</summary>
    /// <param name="count">The largest number of values to keep.</param>
    /// <param name="by">Selects the key.</param>
    public Aggregation<T, IReadOnlyList<T>> Top<TKey>(int count, Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new TopAggregation<T, TKey>("top", AggregateArguments.Positive(count), by, sign: 1);

    /// <summary>Keeps the <paramref name="count"/> values with the smallest keys, smallest first.</summary>
    /// <param name="count">The largest number of values to keep.</param>
    /// <param name="by">Selects the key.</param>
    public Aggregation<T, IReadOnlyList<T>> Bottom<TKey>(int count, Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new TopAggregation<T, TKey>("bottom", AggregateArguments.Positive(count), by, sign: -1);

    /// <summary>Keeps the first value to arrive. For the earliest in event time see <see cref="MinBy"/>.</summary>
    public Aggregation<T, TValue> First<TValue>(Func<T, TValue> of) => new FirstAggregation<T, TValue>(of);

    /// <summary>Keeps the last value to arrive. For the latest in event time see <see cref="MaxBy"/>.</summary>
    public Aggregation<T, TValue> Last<TValue>(Func<T, TValue> of) => new LastAggregation<T, TValue>(of);

    /// <summary>Keeps the last <paramref name="count"/> values to arrive, in the order of arrival.</summary>
    /// <param name="count">The largest number of values to keep.</param>
    /// <param name="of">Selects the value to keep.</param>
    public Aggregation<T, IReadOnlyList<TValue>> Last<TValue>(int count, Func<T, TValue> of)
        => new LastManyAggregation<T, TValue>(AggregateArguments.Positive(count), of);

    /// <summary>Collects all values as a list in the order of arrival, up to a limit. Values beyond it are only counted.</summary>
    /// <param name="limit">The largest number of values to keep: a changed list is written to state as a whole.</param>
    /// <param name="of">Selects the value to keep.</param>
    public Aggregation<T, Collected<TValue>> Collect<TValue>(int limit, Func<T, TValue> of)
        => new CollectAggregation<T, TValue>(AggregateArguments.Positive(limit), of);

    /// <summary>Counts the numbers in each range between given bounds.</summary>
    /// <param name="of">Selects the number. NaN counts as below all bounds.</param>
    /// <param name="bounds">The bounds, ascending; n of them make n + 1 counts: below the first, from the first, exclusive of the second,
    /// …, from the last.</param>
    public Aggregation<T, IReadOnlyList<long>> Histogram(Func<T, double> of, params double[] bounds)
        => new HistogramAggregation<T, IReadOnlyList<long>>(
            "histogram", of, AggregateArguments.Bounds(bounds), static counts => counts.ToArray());

    /// <summary>Measures how far numbers have moved from a reference: population stability index, Kolmogorov–Smirnov statistic, share of
    /// missing numbers.</summary>
    /// <param name="of">Selects the number; NaN stands for a missing one.</param>
    /// <param name="reference">The reference, whose bins are kept as counts.</param>
    public Aggregation<T, Drift> Drift(Func<T, double> of, Distribution reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new HistogramAggregation<T, Drift>("drift", of, reference.AllBounds(), reference.DriftOf);
    }

    /// <summary>Measures how far categories have moved from a reference: population stability index, total variation, share of missing
    /// ones.</summary>
    /// <param name="of">Selects the category; null stands for a missing one. A category that the reference has not seen counts as
    /// such.</param>
    /// <param name="reference">The reference, with a count for each of its categories.</param>
    public Aggregation<T, Drift> Drift(Func<T, string?> of, CategoryDistribution reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new CategoryDriftAggregation<T>(of, reference);
    }

    /// <summary>Estimates a quantile, the number below which a share of the others lies, within a relative error; NaN if there are no
    /// values.</summary>
    /// <remarks>A sketch (DDSketch): the result differs from the exact one by at most the relative error. It takes 8 bytes for each bucket
    /// between the smallest and the greatest number: 2.8 KB for three decades at 1 %, at most 17 KB for each sign. Numbers nearer to zero
    /// than the 10^18th part of the greatest count as that.</remarks>
    /// <param name="of">Selects the number; infinity and NaN fail the step.</param>
    /// <param name="share">0 for the smallest, 0.5 for the median, 1 for the greatest. Of n numbers the exact one has ⌊share · (n - 1)⌋
    /// below.</param>
    /// <param name="relativeError">The largest relative error, 0.001 to 0.2.</param>
    public Aggregation<T, double> Quantile(Func<T, double> of, double share, double relativeError = 0.01)
        => new QuantilesAggregation<T, double>(
            of, AggregateArguments.Shares([share]), AggregateArguments.RelativeError(relativeError), numbers => numbers[0]);

    /// <summary>Estimates several quantiles from one sketch, in the order asked for. See <see cref="Quantile"/>.</summary>
    public Aggregation<T, IReadOnlyList<double>> Quantiles(
        Func<T, double> of, double[] shares, double relativeError = 0.01)
        => new QuantilesAggregation<T, IReadOnlyList<double>>(
            of, AggregateArguments.Shares(shares), AggregateArguments.RelativeError(relativeError), numbers => numbers);

    /// <summary>Computes sum, count and mean with exponential decay: a value weighs half as much after each half-life.</summary>
    /// <param name="of">Selects the number.</param>
    /// <param name="time">Selects the value's time; values may come in any order.</param>
    /// <param name="halfLife">The time in which a weight halves.</param>
    public Aggregation<T, Decayed> Decayed(Func<T, double> of, Func<T, DateTimeOffset> time, TimeSpan halfLife)
        => Decayed(of, value => time(value).ToUnixTimeMilliseconds(), halfLife);

    /// <summary>Computes decayed values with the time in milliseconds since the Unix epoch.</summary>
    public Aggregation<T, Decayed> Decayed(Func<T, double> of, Func<T, long> time, TimeSpan halfLife)
        => new DecayedAggregation<T>(of, time, AggregateArguments.HalfLife(halfLife));

    /// <summary>Makes a user's own aggregate from functions. As a class, derive from
    /// <see cref="Aggregation{T, TAccumulator, TResult}"/>.</summary>
    /// <param name="name">The name, shown in the plan and compared by a restart: change it when the accumulator's meaning changes.</param>
    /// <param name="create">Creates the accumulator of no values: a new one each time.</param>
    /// <param name="add">Returns the accumulator with one more value; may change and return the one given.</param>
    /// <param name="merge">Returns the accumulator of both; may change and return the first, must not change the second.</param>
    /// <param name="result">Computes the result; must not change the accumulator.</param>
    public Aggregation<T, TResult> Custom<TAccumulator, TResult>(
        string name,
        Func<TAccumulator> create,
        Func<TAccumulator, T, TAccumulator> add,
        Func<TAccumulator, TAccumulator, TAccumulator> merge,
        Func<TAccumulator, TResult> result)
        => new CustomAggregation<T, TAccumulator, TResult>(name, create, add, merge, result, retract: null);
}
