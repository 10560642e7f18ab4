namespace Dataflow;

/// <summary>Makes the built-in aggregates, inside <c>Aggregate(a => …)</c>: the type of the values is known here.</summary>
/// <remarks>Functions given here are called for each value, on the task's thread. Among values of equal rank the earlier wins.
/// "Earlier" is the order in which the values came, which is not that of event time where records are late. Strings compare
/// by their code units, whatever the culture.</remarks>
public sealed class Aggregates<T>
{
    /// <summary>How many values there are.</summary>
    public Aggregation<T, long> Count() => new CountAggregation<T>();

    /// <summary>How many values satisfy a predicate.</summary>
    public Aggregation<T, long> Count(Func<T, bool> predicate) => new CountWhereAggregation<T>(predicate);

    /// <summary>How many different values there are, exactly: all of them are kept.</summary>
    public Aggregation<T, long> CountDistinct<TValue>(Func<T, TValue> of)
        where TValue : notnull
        => new CountDistinctAggregation<T, TValue, long>(of, [], counts => counts[0]);

    /// <summary>How many different values there are under each condition, in their order; all share one set.</summary>
    /// <param name="of">What is to differ.</param>
    /// <param name="where">One to eight conditions. <c>_ => true</c> counts all.</param>
    public Aggregation<T, IReadOnlyList<long>> CountDistinct<TValue>(
        Func<T, TValue> of, params Func<T, bool>[] where)
        where TValue : notnull
        => new CountDistinctAggregation<T, TValue, IReadOnlyList<long>>(of, AggregateArguments.Conditions(where), counts => counts.ToArray());

    /// <summary>About how many different values there are, with a HyperLogLog sketch of at most 2^precision bytes.</summary>
    /// <param name="of">What is to differ: of a type that can be a key, so that equal values count once.</param>
    /// <param name="precision">4 to 18. The standard error is 1.04 / √2^precision: 1.6 % for 12, the default.</param>
    /// <exception cref="PlanException">The type cannot be a key.</exception>
    public Aggregation<T, long> ApproximateCountDistinct<TValue>(Func<T, TValue> of, int precision = 12)
    {
        _ = State.KeyCodec<TValue>.Default;
        return new ApproximateCountDistinctAggregation<T, TValue>(of, AggregateArguments.Precision(precision));
    }

    /// <summary>The sum of whole numbers; an overflow fails the step.</summary>
    public Aggregation<T, long> Sum(Func<T, long> of) => new SumAggregation<T, long>(of);

    /// <summary>The sum of numbers.</summary>
    public Aggregation<T, double> Sum(Func<T, double> of) => new SumAggregation<T, double>(of);

    /// <summary>The sum of decimal numbers; an overflow fails the step.</summary>
    public Aggregation<T, decimal> Sum(Func<T, decimal> of) => new SumAggregation<T, decimal>(of);

    /// <summary>The arithmetic mean; NaN of none.</summary>
    public Aggregation<T, double> Mean(Func<T, double> of) => new MeanAggregation<T>(of);

    /// <summary>The variance of a sample, as SQL's VAR_SAMP: divided by count - 1, NaN of fewer than two.</summary>
    public Aggregation<T, double> Variance(Func<T, double> of)
        => new VarianceAggregation<T>("variance", of, lost: 1, isRoot: false);

    /// <summary>The standard deviation of a sample, as SQL's STDDEV_SAMP: the root of <see cref="Variance"/>.</summary>
    public Aggregation<T, double> StandardDeviation(Func<T, double> of)
        => new VarianceAggregation<T>("standard deviation", of, lost: 1, isRoot: true);

    /// <summary>The variance of a whole population, as SQL's VAR_POP: divided by count, NaN of none.</summary>
    public Aggregation<T, double> PopulationVariance(Func<T, double> of)
        => new VarianceAggregation<T>("population variance", of, lost: 0, isRoot: false);

    /// <summary>The standard deviation of a whole population, as SQL's STDDEV_POP.</summary>
    public Aggregation<T, double> PopulationStandardDeviation(Func<T, double> of)
        => new VarianceAggregation<T>("population standard deviation", of, lost: 0, isRoot: true);

    /// <summary>The least value.</summary>
    public Aggregation<T, TValue> Min<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new ExtremeAggregation<T, TValue>("min", of, sign: -1);

    /// <summary>The greatest value.</summary>
    public Aggregation<T, TValue> Max<TValue>(Func<T, TValue> of)
        where TValue : IComparable<TValue>
        => new ExtremeAggregation<T, TValue>("max", of, sign: 1);

    /// <summary>What has the least key.</summary>
    public Aggregation<T, T> MinBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new ExtremeByAggregation<T, TKey>("min by", by, sign: -1);

    /// <summary>What has the greatest key.</summary>
    public Aggregation<T, T> MaxBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new ExtremeByAggregation<T, TKey>("max by", by, sign: 1);

    /// <summary>All that share the least key, in the order in which they came.</summary>
    public Aggregation<T, IReadOnlyList<T>> AllMinBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new AllExtremesByAggregation<T, TKey>("all min by", by, sign: -1);

    /// <summary>All that share the greatest key, in the order in which they came.</summary>
    public Aggregation<T, IReadOnlyList<T>> AllMaxBy<TKey>(Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new AllExtremesByAggregation<T, TKey>("all max by", by, sign: 1);

    /// <summary>The few with the greatest keys, greatest first.</summary>
    /// <param name="count">How many; fewer come out of fewer values.</param>
    /// <param name="by">The key.</param>
    public Aggregation<T, IReadOnlyList<T>> Top<TKey>(int count, Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new TopAggregation<T, TKey>("top", AggregateArguments.Positive(count), by, sign: 1);

    /// <summary>The few with the least keys, least first.</summary>
    /// <param name="count">How many; fewer come out of fewer values.</param>
    /// <param name="by">The key.</param>
    public Aggregation<T, IReadOnlyList<T>> Bottom<TKey>(int count, Func<T, TKey> by)
        where TKey : IComparable<TKey>
        => new TopAggregation<T, TKey>("bottom", AggregateArguments.Positive(count), by, sign: -1);

    /// <summary>What came first. For the earliest in event time see <see cref="MinBy"/>.</summary>
    public Aggregation<T, TValue> First<TValue>(Func<T, TValue> of) => new FirstAggregation<T, TValue>(of);

    /// <summary>What came last. For the latest in event time see <see cref="MaxBy"/>.</summary>
    public Aggregation<T, TValue> Last<TValue>(Func<T, TValue> of) => new LastAggregation<T, TValue>(of);

    /// <summary>The few that came last, in the order in which they came.</summary>
    /// <param name="count">How many; fewer come out of fewer values.</param>
    /// <param name="of">What is kept.</param>
    public Aggregation<T, IReadOnlyList<TValue>> Last<TValue>(int count, Func<T, TValue> of)
        => new LastManyAggregation<T, TValue>(AggregateArguments.Positive(count), of);

    /// <summary>All values as a list in the order in which they came, up to a limit. What comes later is only counted.</summary>
    /// <param name="limit">How many values are kept: state is written whole whenever it has changed.</param>
    /// <param name="of">What is kept.</param>
    public Aggregation<T, Collected<TValue>> Collect<TValue>(int limit, Func<T, TValue> of)
        => new CollectAggregation<T, TValue>(AggregateArguments.Positive(limit), of);

    /// <summary>How many values lie between given bounds.</summary>
    /// <param name="of">The number. NaN counts as below all bounds.</param>
    /// <param name="bounds">In ascending order; n of them make n + 1 counts: below the first, from the first, exclusive of
    /// the second, …, from the last.</param>
    public Aggregation<T, IReadOnlyList<long>> Histogram(Func<T, double> of, params double[] bounds)
        => new HistogramAggregation<T, IReadOnlyList<long>>("histogram", of, AggregateArguments.Bounds(bounds), static counts => counts.ToArray());

    /// <summary>How far numbers have moved from a reference: population stability index, Kolmogorov–Smirnov, missing numbers.</summary>
    /// <param name="of">The number; NaN stands for one that is missing.</param>
    /// <param name="reference">The reference, whose bins are kept as counts.</param>
    public Aggregation<T, Drift> Drift(Func<T, double> of, Distribution reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new HistogramAggregation<T, Drift>("drift", of, reference.AllBounds(), reference.DriftOf);
    }

    /// <summary>How far categories have moved from a reference: population stability index, total variation, missing ones.</summary>
    /// <param name="of">The category; null stands for one that is missing. One that the reference has not seen counts as such.</param>
    /// <param name="reference">The reference, with a count for each of its categories.</param>
    public Aggregation<T, Drift> Drift(Func<T, string?> of, CategoryDistribution reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new CategoryDriftAggregation<T>(of, reference);
    }

    /// <summary>The number below which a share of the others lies, within a relative error; NaN of none.</summary>
    /// <remarks>A sketch (DDSketch): the result is no farther from the exact one than the error times the exact one. It takes 8
    /// bytes for each bucket between the least and the greatest: 2.8 KB for three decades at 1 %, at most 17 KB for each sign. Numbers
    /// nearer to zero than the 10^18th part of the greatest count as that.</remarks>
    /// <param name="of">The number; infinity and NaN fail the step.</param>
    /// <param name="share">0 for the least, 0.5 for the median, 1 for the greatest. Of n the exact one has ⌊share · (n - 1)⌋ below.</param>
    /// <param name="relativeError">0.001 to 0.2.</param>
    public Aggregation<T, double> Quantile(Func<T, double> of, double share, double relativeError = 0.01)
        => new QuantilesAggregation<T, double>(
            of, AggregateArguments.Shares([share]), AggregateArguments.RelativeError(relativeError), numbers => numbers[0]);

    /// <summary>Several quantiles of one sketch, in the order asked for. See <see cref="Quantile"/>.</summary>
    public Aggregation<T, IReadOnlyList<double>> Quantiles(
        Func<T, double> of, double[] shares, double relativeError = 0.01)
        => new QuantilesAggregation<T, IReadOnlyList<double>>(
            of, AggregateArguments.Shares(shares), AggregateArguments.RelativeError(relativeError), numbers => numbers);

    /// <summary>Sum, count and mean in which a value weighs half as much after each half-life.</summary>
    /// <param name="of">The number.</param>
    /// <param name="time">When it happened, in whatever order.</param>
    /// <param name="halfLife">How long it takes a weight to halve.</param>
    public Aggregation<T, Decayed> Decayed(Func<T, double> of, Func<T, DateTimeOffset> time, TimeSpan halfLife)
        => Decayed(of, value => time(value).ToUnixTimeMilliseconds(), halfLife);

    /// <summary>Takes the time in milliseconds since the Unix epoch.</summary>
    public Aggregation<T, Decayed> Decayed(Func<T, double> of, Func<T, long> time, TimeSpan halfLife)
        => new DecayedAggregation<T>(of, time, AggregateArguments.HalfLife(halfLife));

    /// <summary>An aggregate of one's own in functions. As a class it is an <see cref="Aggregation{T, TAccumulator, TResult}"/>.</summary>
    /// <param name="name">Shown in the plan and compared by a restart: change it when the accumulator means something else.</param>
    /// <param name="create">Makes the accumulator of no values: a new one each time.</param>
    /// <param name="add">Gives the accumulator with a value more; may change and return the one given.</param>
    /// <param name="merge">Gives the accumulator of both; may change and return the first, must leave the second alone.</param>
    /// <param name="result">Gives the result; must leave the accumulator alone.</param>
    public Aggregation<T, TResult> Custom<TAccumulator, TResult>(
        string name,
        Func<TAccumulator> create,
        Func<TAccumulator, T, TAccumulator> add,
        Func<TAccumulator, TAccumulator, TAccumulator> merge,
        Func<TAccumulator, TResult> result)
        => new CustomAggregation<T, TAccumulator, TResult>(name, create, add, merge, result, retract: null);
}
