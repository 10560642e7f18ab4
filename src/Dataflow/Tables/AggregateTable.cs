namespace Dataflow;

/// <summary>Computes a row for each key of a stream, or for each group of a table: a table that changes as its input does.</summary>
public static class AggregateTableStep
{
    extension<TKey, T, TAggregates>(IGrouped<TKey, T, TAggregates> group)
        where TKey : notnull
    {
        /// <summary>Computes an aggregate of all records of each key so far, or of all rows of each group.</summary>
        /// <remarks>The changes of a batch of input go out together, at most one for each key; so a key that comes a hundred
        /// times in a batch costs one change. A group that has lost its last row is deleted. Windows bound what is kept:
        /// this keeps one accumulator for each key for ever.</remarks>
        /// <param name="aggregates">Says what to compute: <c>a => a.Count()</c>, or several as a tuple.</param>
        /// <param name="result">Makes the row of key and aggregates; called on the task's thread, for each change twice: the
        /// same aggregates must give the same row.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        public Table<TKey, TOut> Aggregate<TA, TR, TOut>(
            Func<TAggregates, Aggregation<T, TA, TR>> aggregates, Func<TKey, TR, TOut> result, string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            ArgumentException.ThrowIfNullOrEmpty(name);
            return group.Add(name, aggregates(group.Aggregates), result);
        }

        /// <summary>Computes two aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>)> aggregates,
            Func<TKey, TR1, TR2, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b), (key, r) =>
            {
                var (r1, r2) = r;
                return result(key, r1, r2);
            });
        }

        /// <summary>Computes three aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b).And(c), (key, r) =>
            {
                var ((r1, r2), r3) = r;
                return result(key, r1, r2, r3);
            });
        }

        /// <summary>Computes four aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>, Aggregation<T, TA4, TR4>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b).And(c).And(d), (key, r) =>
            {
                var (((r1, r2), r3), r4) = r;
                return result(key, r1, r2, r3, r4);
            });
        }

        /// <summary>Computes five aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>, Aggregation<T, TA4, TR4>,
                Aggregation<T, TA5, TR5>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b).And(c).And(d).And(e), (key, r) =>
            {
                var ((((r1, r2), r3), r4), r5) = r;
                return result(key, r1, r2, r3, r4, r5);
            });
        }

        /// <summary>Computes six aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>, Aggregation<T, TA4, TR4>,
                Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TR6, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e, f) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b).And(c).And(d).And(e).And(f), (key, r) =>
            {
                var (((((r1, r2), r3), r4), r5), r6) = r;
                return result(key, r1, r2, r3, r4, r5, r6);
            });
        }

        /// <summary>Computes seven aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TA7, TR7, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>, Aggregation<T, TA4, TR4>,
                Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>, Aggregation<T, TA7, TR7>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e, f, g) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b).And(c).And(d).And(e).And(f).And(g), (key, r) =>
            {
                var ((((((r1, r2), r3), r4), r5), r6), r7) = r;
                return result(key, r1, r2, r3, r4, r5, r6, r7);
            });
        }

        /// <summary>Computes eight aggregates in one pass.</summary>
        /// <remarks>Changes go out as in the form for one aggregate.</remarks>
        public Table<TKey, TOut> Aggregate<TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4, TA5, TR5, TA6, TR6, TA7, TR7, TA8, TR8, TOut>(
            Func<TAggregates, (Aggregation<T, TA1, TR1>, Aggregation<T, TA2, TR2>, Aggregation<T, TA3, TR3>, Aggregation<T, TA4, TR4>,
                Aggregation<T, TA5, TR5>, Aggregation<T, TA6, TR6>, Aggregation<T, TA7, TR7>, Aggregation<T, TA8, TR8>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut> result,
            string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (a, b, c, d, e, f, g, h) = aggregates(group.Aggregates);
            return group.Add(name, a.And(b).And(c).And(d).And(e).And(f).And(g).And(h), (key, r) =>
            {
                var (((((((r1, r2), r3), r4), r5), r6), r7), r8) = r;
                return result(key, r1, r2, r3, r4, r5, r6, r7, r8);
            });
        }
    }
}

/// <summary>Values by key that something can be computed of: a keyed stream, or a table's rows in groups.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values.</typeparam>
/// <typeparam name="TAggregates">What offers the aggregates: <see cref="Aggregates{T}"/> or <see cref="TableAggregates{T}"/>.</typeparam>
public interface IGrouped<TKey, T, TAggregates>
    where TKey : notnull
{
    internal TAggregates Aggregates { get; }

    internal Table<TKey, TOut> Add<TA, TR, TOut>(string name, Aggregation<T, TA, TR> aggregation, Func<TKey, TR, TOut> result);
}
