using System.ComponentModel;

namespace Dataflow.ByReference;

/// <summary>The aggregates, with functions that take large structs without a copy: <c>a.Sum((in visit) => visit.Millis)</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AggregatesByReference
{
    extension<T>(Aggregates<T> aggregates)
    {
        /// <inheritdoc cref="Aggregates{T}.Count(Func{T, bool})"/>
        public Aggregation<T, long> Count(InFunc<T, bool> predicate) => new CountWhereAggregation<T>(predicate);

        /// <inheritdoc cref="Aggregates{T}.CountDistinct{TValue}(Func{T, TValue})"/>
        public Aggregation<T, long> CountDistinct<TValue>(InFunc<T, TValue> of)
            where TValue : notnull
            => new CountDistinctAggregation<T, TValue, long>(of, [], counts => counts[0]);

        /// <inheritdoc cref="Aggregates{T}.ApproximateCountDistinct{TValue}(Func{T, TValue}, int)"/>
        public Aggregation<T, long> ApproximateCountDistinct<TValue>(InFunc<T, TValue> of, int precision = 12)
        {
            _ = KeyCodec<TValue>.Default;
            return new ApproximateCountDistinctAggregation<T, TValue>(of, AggregateArguments.Precision(precision));
        }

        /// <inheritdoc cref="Aggregates{T}.Sum(Func{T, long})"/>
        public Aggregation<T, long> Sum(InFunc<T, long> of) => new SumAggregation<T, long>(of);

        /// <inheritdoc cref="Aggregates{T}.Sum(Func{T, double})"/>
        public Aggregation<T, double> Sum(InFunc<T, double> of) => new SumAggregation<T, double>(of);

        /// <inheritdoc cref="Aggregates{T}.Sum(Func{T, decimal})"/>
        public Aggregation<T, decimal> Sum(InFunc<T, decimal> of) => new SumAggregation<T, decimal>(of);

        /// <inheritdoc cref="Aggregates{T}.Mean(Func{T, double})"/>
        public Aggregation<T, double> Mean(InFunc<T, double> of) => new MeanAggregation<T>(of);

        /// <inheritdoc cref="Aggregates{T}.Min{TValue}(Func{T, TValue})"/>
        public Aggregation<T, TValue> Min<TValue>(InFunc<T, TValue> of)
            where TValue : IComparable<TValue>
            => new ExtremeAggregation<T, TValue>("min", of, sign: -1);

        /// <inheritdoc cref="Aggregates{T}.Max{TValue}(Func{T, TValue})"/>
        public Aggregation<T, TValue> Max<TValue>(InFunc<T, TValue> of)
            where TValue : IComparable<TValue>
            => new ExtremeAggregation<T, TValue>("max", of, sign: 1);

        /// <inheritdoc cref="Aggregates{T}.MinBy{TKey}(Func{T, TKey})"/>
        public Aggregation<T, T> MinBy<TKey>(InFunc<T, TKey> by)
            where TKey : IComparable<TKey>
            => new ExtremeByAggregation<T, TKey>("min by", by, sign: -1);

        /// <inheritdoc cref="Aggregates{T}.MaxBy{TKey}(Func{T, TKey})"/>
        public Aggregation<T, T> MaxBy<TKey>(InFunc<T, TKey> by)
            where TKey : IComparable<TKey>
            => new ExtremeByAggregation<T, TKey>("max by", by, sign: 1);

        /// <inheritdoc cref="Aggregates{T}.First{TValue}(Func{T, TValue})"/>
        public Aggregation<T, TValue> First<TValue>(InFunc<T, TValue> of) => new FirstAggregation<T, TValue>(of);

        /// <inheritdoc cref="Aggregates{T}.Last{TValue}(Func{T, TValue})"/>
        public Aggregation<T, TValue> Last<TValue>(InFunc<T, TValue> of) => new LastAggregation<T, TValue>(of);

        /// <inheritdoc cref="Aggregates{T}.Collect{TValue}(int, Func{T, TValue})"/>
        public Aggregation<T, Collected<TValue>> Collect<TValue>(int limit, InFunc<T, TValue> of)
            => new CollectAggregation<T, TValue>(AggregateArguments.Positive(limit), of);

        /// <inheritdoc cref="Aggregates{T}.Quantile(Func{T, double}, double, double)"/>
        public Aggregation<T, double> Quantile(InFunc<T, double> of, double share, double relativeError = 0.01)
            => new QuantilesAggregation<T, double>(
                of, AggregateArguments.Shares([share]), AggregateArguments.RelativeError(relativeError), numbers => numbers[0]);
    }
}
