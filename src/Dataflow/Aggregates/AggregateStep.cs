using Dataflow.Windows;

namespace Dataflow;

static partial class Verbs
{
    // The result is a keyed stream, a stream or a table, of one to eight aggregates. C# has a type parameter neither for that nor for
    // the number of a lambda's parameters: hence the signatures. All delegate to the first of their kind, as one aggregate with a tuple.
    extension<TKey, T>(WindowedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Computes an aggregate of each key and window.</summary>
        /// <remarks>Emits when the watermark passes a window's end, all keys of the window at once; each result has the timestamp of the
        /// window's last millisecond. Keys without records in a window have no result. Windows of single keys (Session, Sliding, Counting,
        /// Global) and a <see cref="Trigger"/> document when they emit.</remarks>
        /// <param name="aggregates">Selects the aggregates: <c>a => a.Count()</c>, or several as a tuple.</param>
        /// <param name="result">Computes the result from key, window and aggregates; called on the task's thread.</param>
        /// <example><code>
        /// orders.Window(Tumbling.Every(TimeSpan.FromMinutes(10)))
        ///     .Aggregate(
        ///         a => (a.Count(), a.Sum(order => order.Pieces), a.MaxBy(order => order.Pieces)),
        ///         (item, window, count, pieces, largest) =>
        ///             $"{window.Start:HH:mm} {item}: {count} orders, {pieces} pieces, most for {largest.Customer}")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Aggregate<TR, TOut>(
            Func<Aggregates<T>, Aggregation<T, TR>> aggregates, Func<TKey, Window, TR, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            var (aggregation, name) = (aggregates(new Aggregates<T>()), $"{stream.Name}-aggregate");
            return stream.Records.Add(input => aggregation.Accept(
                new AggregateNodeOf<TKey, T, TR, TOut>(name, stream.NamedBy, input, stream.Windows, stream.Trigger, result)));
        }

        /// <summary>Computes two aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>)> aggregates,
            Func<TKey, Window, TR1, TR2, TOut> result)
            => stream.Aggregate(AsOne(aggregates, result, Several.Of), (key, window, r) => result(key, window, r.Item1, r.Item2));

        /// <summary>Computes three aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TR3, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TOut> result)
            => stream.Aggregate(AsOne(aggregates, result, Several.Of), (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3));

        /// <summary>Computes four aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3, r.Item4));

        /// <summary>Computes five aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>,
                Aggregation<T, TR5>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5));

        /// <summary>Computes six aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TR6, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6));

        /// <summary>Computes seven aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>, Aggregation<T, TR7>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7));

        /// <summary>Computes eight aggregates of each key and window.</summary>
        public KeyedStream<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>, Aggregation<T, TR7>, Aggregation<T, TR8>)> aggregates,
            Func<TKey, Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, window, r) => result(key, window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7, r.Item8));
    }

    extension<T>(WindowedStream<T> stream)
    {
        /// <summary>Computes an aggregate of each window of a stream without keys.</summary>
        /// <remarks>Emits when the window closes, as windows of keyed streams do. A window without records has no result.</remarks>
        /// <param name="aggregates">Selects the aggregates: <c>a => a.Count()</c>, or several as a tuple.</param>
        /// <param name="result">Computes the result from window and aggregates; called on the task's thread.</param>
        /// <example><code>
        /// orders.Window(Tumbling.Every(TimeSpan.FromMinutes(5)))
        ///     .Aggregate(
        ///         a => a.Sum(order => order.Pieces),
        ///         (window, pieces) => $"{window.Start:HH:mm} all: {pieces} pieces")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> Aggregate<TR, TOut>(Func<Aggregates<T>, Aggregation<T, TR>> aggregates, Func<Window, TR, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(result);
            return stream.OfOneKey.Aggregate(aggregates, (_, window, r) => result(window, r)).Values();
        }

        /// <summary>Computes two aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>)> aggregates,
            Func<Window, TR1, TR2, TOut> result)
            => stream.Aggregate(AsOne(aggregates, result, Several.Of), (window, r) => result(window, r.Item1, r.Item2));

        /// <summary>Computes three aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TR3, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>)> aggregates,
            Func<Window, TR1, TR2, TR3, TOut> result)
            => stream.Aggregate(AsOne(aggregates, result, Several.Of), (window, r) => result(window, r.Item1, r.Item2, r.Item3));

        /// <summary>Computes four aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TR3, TR4, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TOut> result)
            => stream.Aggregate(AsOne(aggregates, result, Several.Of), (window, r) => result(window, r.Item1, r.Item2, r.Item3, r.Item4));

        /// <summary>Computes five aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>,
                Aggregation<T, TR5>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (window, r) => result(window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5));

        /// <summary>Computes six aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TR6, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (window, r) => result(window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6));

        /// <summary>Computes seven aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>, Aggregation<T, TR7>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (window, r) => result(window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7));

        /// <summary>Computes eight aggregates of each window.</summary>
        public Stream<TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut>(
            Func<Aggregates<T>, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>, Aggregation<T, TR7>, Aggregation<T, TR8>)> aggregates,
            Func<Window, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut> result)
            => stream.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (window, r) => result(window, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7, r.Item8));
    }

    extension<TKey, T, TAggregates>(IGrouped<TKey, T, TAggregates> group)
        where TKey : notnull
    {
        /// <summary>Computes an aggregate of all records of each key so far, or of all rows of each group of a table.</summary>
        /// <remarks>The changes of a batch of input are emitted together, at most one for each key; so a key that occurs a hundred times in
        /// a batch costs one change. A group that has lost its last row is deleted. State grows with the keys: one accumulator for each
        /// key, for ever. Use windows to bound it.</remarks>
        /// <param name="aggregates">Selects the aggregates: <c>a => a.Count()</c>, or several as a tuple.</param>
        /// <param name="result">Computes the row from key and aggregates; called on the task's thread, twice for each change: the same
        /// aggregates must give the same row.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        /// <example><code>
        /// orders.Aggregate(
        ///         a => (a.Count(), a.Sum(order => order.Pieces)),
        ///         (customer, orders, pieces) => $"{pieces} pieces in {orders} orders")
        ///     .PrintChanges();
        /// </code></example>
        public Table<TKey, TOut> Aggregate<TR, TOut>(
            Func<TAggregates, Aggregation<T, TR>> aggregates, Func<TKey, TR, TOut> result, string name = "aggregate")
        {
            ArgumentNullException.ThrowIfNull(group);
            ArgumentNullException.ThrowIfNull(aggregates);
            ArgumentNullException.ThrowIfNull(result);
            ArgumentException.ThrowIfNullOrEmpty(name);
            return group.Add(name, aggregates(group.Aggregates), result);
        }

        /// <summary>Computes two aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>)> aggregates,
            Func<TKey, TR1, TR2, TOut> result, string name = "aggregate")
            => group.Aggregate(AsOne(aggregates, result, Several.Of), (key, r) => result(key, r.Item1, r.Item2), name);

        /// <summary>Computes three aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TR3, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TOut> result, string name = "aggregate")
            => group.Aggregate(AsOne(aggregates, result, Several.Of), (key, r) => result(key, r.Item1, r.Item2, r.Item3), name);

        /// <summary>Computes four aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TOut> result, string name = "aggregate")
            => group.Aggregate(AsOne(aggregates, result, Several.Of), (key, r) => result(key, r.Item1, r.Item2, r.Item3, r.Item4), name);

        /// <summary>Computes five aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>,
                Aggregation<T, TR5>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TOut> result, string name = "aggregate")
            => group.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, r) => result(key, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5),
                name);

        /// <summary>Computes six aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TR6, TOut> result, string name = "aggregate")
            => group.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, r) => result(key, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6),
                name);

        /// <summary>Computes seven aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>, Aggregation<T, TR7>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TOut> result, string name = "aggregate")
            => group.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, r) => result(key, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7),
                name);

        /// <summary>Computes eight aggregates of each key or group.</summary>
        public Table<TKey, TOut> Aggregate<TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut>(
            Func<TAggregates, (Aggregation<T, TR1>, Aggregation<T, TR2>, Aggregation<T, TR3>, Aggregation<T, TR4>, Aggregation<T, TR5>,
                Aggregation<T, TR6>, Aggregation<T, TR7>, Aggregation<T, TR8>)> aggregates,
            Func<TKey, TR1, TR2, TR3, TR4, TR5, TR6, TR7, TR8, TOut> result, string name = "aggregate")
            => group.Aggregate(
                AsOne(aggregates, result, Several.Of),
                (key, r) => result(key, r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7, r.Item8),
                name);
    }

    private static Func<TAggregates, Aggregation<T, TR>> AsOne<TAggregates, TAll, T, TR>(
        Func<TAggregates, TAll> aggregates, Delegate result, Func<TAll, Aggregation<T, TR>> asOne)
    {
        ArgumentNullException.ThrowIfNull(aggregates);
        ArgumentNullException.ThrowIfNull(result);
        return a => asOne(aggregates(a));
    }
}
