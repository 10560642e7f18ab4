namespace Dataflow;

/// <summary>Computes one result for each window of a stream without keys.</summary>
public static class AggregateAllStep
{
    extension<T>(WindowedStream<T> stream)
    {
        /// <summary>Computes an aggregate of each window.</summary>
        /// <remarks>Emits when the window closes, as windows of keyed streams do. A window without records has no result.</remarks>
        /// <param name="aggregates">Says what to compute: <c>a => a.Count()</c>, or several as a tuple.</param>
        /// <param name="result">Makes the result of window and aggregates; called on the task's thread.</param>
        public Stream<TOut> Aggregate<TA, TR, TOut>(
            Func<Aggregates<T>, Aggregation<T, TA, TR>> aggregates,
            Func<Window, TR, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r) => result(window, r)).Values();
        }

        /// <summary>Computes two aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>)> aggregates,
            Func<Window, TR1, TR2, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2) => result(window, r1, r2)).Values();
        }

        /// <summary>Computes three aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>)> aggregates,
            Func<Window, TR1, TR2, TR3, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2, r3) => result(window, r1, r2, r3)).Values();
        }

        /// <summary>Computes four aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2, r3, r4) => result(window, r1, r2, r3, r4)).Values();
        }

        /// <summary>Computes five aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2, r3, r4, r5) => result(window, r1, r2, r3, r4, r5)).Values();
        }

        /// <summary>Computes six aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TR6, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2, r3, r4, r5, r6) => result(window, r1, r2, r3, r4, r5, r6)).Values();
        }

        /// <summary>Computes seven aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TA7, TR7, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>,
                Aggregation<T, TA7, TR7>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2, r3, r4, r5, r6, r7) => result(window, r1, r2, r3, r4, r5, r6, r7)).Values();
        }

        /// <summary>Computes eight aggregates of each window in one pass.</summary>
        /// <remarks>Emits as the form for one aggregate does.</remarks>
        public Stream<TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TA7, TR7, TA8, TR8, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>,
                Aggregation<T, TA4, TR4>, Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>,
                Aggregation<T, TA7, TR7>, Aggregation<T, TA8, TR8>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r1, r2, r3, r4, r5, r6, r7, r8) => result(window, r1, r2, r3, r4, r5, r6, r7, r8)).Values();
        }
    }
}
