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
        /// timestamp of the window's last millisecond. Keys without records in a window have no result. Windows of single keys
        /// (Session, Sliding, Counting, Global) and a <see cref="Trigger"/> say themselves when they emit.</remarks>
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
            var (a, b) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b), (key, window, r) =>
            {
                var (r1, r2) = r;
                return result(key, window, r1, r2);
            });
        }

        /// <summary>Computes three aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b).And(c), (key, window, r) =>
            {
                var ((r1, r2), r3) = r;
                return result(key, window, r1, r2, r3);
            });
        }

        /// <summary>Computes four aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b).And(c).And(d), (key, window, r) =>
            {
                var (((r1, r2), r3), r4) = r;
                return result(key, window, r1, r2, r3, r4);
            });
        }

        /// <summary>Computes five aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b).And(c).And(d).And(e), (key, window, r) =>
            {
                var ((((r1, r2), r3), r4), r5) = r;
                return result(key, window, r1, r2, r3, r4, r5);
            });
        }

        /// <summary>Computes six aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TR6, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e, f) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b).And(c).And(d).And(e).And(f), (key, window, r) =>
            {
                var (((((r1, r2), r3), r4), r5), r6) = r;
                return result(key, window, r1, r2, r3, r4, r5, r6);
            });
        }

        /// <summary>Computes seven aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TA7, TR7, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>,
                Aggregation<T, TA7, TR7>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e, f, g) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b).And(c).And(d).And(e).And(f).And(g), (key, window, r) =>
            {
                var ((((((r1, r2), r3), r4), r5), r6), r7) = r;
                return result(key, window, r1, r2, r3, r4, r5, r6, r7);
            });
        }

        /// <summary>Computes eight aggregates of each key and window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public KeyedStream<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TA7, TR7, TA8, TR8, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>,
                Aggregation<T, TA7, TR7>, Aggregation<T, TA8, TR8>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e, f, g, h) = aggregates(new Aggregates<T>());
            return Add(stream, a.And(b).And(c).And(d).And(e).And(f).And(g).And(h), (key, window, r) =>
            {
                var (((((((r1, r2), r3), r4), r5), r6), r7), r8) = r;
                return result(key, window, r1, r2, r3, r4, r5, r6, r7, r8);
            });
        }
    }

    private static KeyedStream<TKey, TOut> Add<TKey, T, TA, TR, TOut>(
        WindowedStream<TKey, T> stream, Aggregation<T, TA, TR> aggregation, Func<TKey, Window, TR, TOut> result)
        where TKey : notnull
        => stream.Records.Add(input => new AggregateNode<TKey, T, TA, TR, TOut>(
            $"{stream.Name}-aggregate", input, stream.Windows, stream.Trigger, aggregation, result));
}
