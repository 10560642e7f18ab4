using Dataflow.Windows;

namespace Dataflow;

/// <summary>Computes one result for each key and window.</summary>
public static class AggregateStep
{
    extension<TKey, T>(WindowedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Computes an aggregate of each key and window.</summary>
        /// <remarks>Emits when the watermark passes a window's end, all keys of the window at once; each result has the
        /// timestamp of the window's last millisecond. Keys without records in a window have no result.</remarks>
        /// <param name="aggregates">Says what to compute: <c>a => a.Count()</c>, or several as a tuple.</param>
        /// <param name="result">Makes the result of key, window and aggregates; called on the task's thread.</param>
        public KeyedStream<TKey, TOut> Aggregate<TA, TR, TOut>(
            Func<Aggregates<T>, Aggregation<T, TA, TR>> aggregates,
            Func<TKey, Window, TR, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            return Add(stream, aggregates(new Aggregates<T>()), result);
        }

        /// <summary>Computes two aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>)> aggregates,
            Func<TKey, Window, TR1, TR2, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var a = aggregates(new Aggregates<T>());
            return Add(stream, new Combined<T, TA1, TR1, TA2, TR2>(a.Item1, a.Item2), (key, window, r) => result(key, window, r.Item1, r.Item2));
        }

        /// <summary>Computes three aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var a = aggregates(new Aggregates<T>());
            return Add(stream, new Combined<T, TA1, TR1, TA2, TR2, TA3, TR3>(a.Item1, a.Item2, a.Item3), (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3));
        }

        /// <summary>Computes four aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>, Aggregation<T, TA4, TR4>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var a = aggregates(new Aggregates<T>());
            return Add(stream, new Combined<T, TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4>(a.Item1, a.Item2, a.Item3, a.Item4), (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3, r.Item4));
        }
    }

    private static KeyedStream<TKey, TOut> Add<TKey, T, TA, TR, TOut>(
        WindowedStream<TKey, T> stream, Aggregation<T, TA, TR> aggregation, Func<TKey, Window, TR, TOut> result)
        where TKey : notnull
        => stream.Records.Add(input => new AggregateNode<TKey, T, TA, TR, TOut>(
            $"{stream.Name}-aggregate", input, stream.Windows, aggregation, result));
}
