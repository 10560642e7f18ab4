using Dataflow.Joins;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(KeyedStream<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Joins each record with all records of its key on the other side, earlier and later ones.</summary>
        /// <remarks>
        /// <para>A pair is emitted as soon as both records have arrived, with the later of their times. Without a time to live all
        /// records of a side are kept for ever, in memory. With one, a record is joined only with records of the other side that are at
        /// most that much later, inclusive, in event time, and the result does not depend on the order of arrival.</para>
        /// <para>Where a time to live is given, both streams need event time, and records older than the watermark are late:
        /// counted and dropped. Records that are removed without ever having had a partner, at the latest at the end of the input,
        /// are counted as unmatched.</para>
        /// </remarks>
        /// <param name="right">The other stream, with keys of the same type.</param>
        /// <param name="result">Computes the result of a pair; called on the task's thread.</param>
        /// <param name="keepLeft">The largest time by which the right record may be later than a left one; unlimited unless given.</param>
        /// <param name="keepRight">The largest time by which the left record may be later than a right one; unlimited unless given.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentOutOfRangeException">A negative time to live, or not of whole milliseconds.</exception>
        /// <example><code>
        /// orders.KeyBy(order => order.Customer)
        ///     .Join(
        ///         payments.KeyBy(payment => payment.Customer),
        ///         (order, payment) => $"{order.Customer}: {order.Item} and {payment.Euro} euro",
        ///         keepLeft: TimeSpan.FromMinutes(10), keepRight: TimeSpan.FromMinutes(10))
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Join<TRight, TOut>(
            KeyedStream<TKey, TRight> right, Func<TLeft, TRight, TOut> result, TimeSpan? keepLeft = null,
            TimeSpan? keepRight = null, string name = "join-streams")
            => AddIntervalJoin<TKey, TLeft, TRight, TOut>(
                left, right, JoinBounds.Keeping<TLeft>(keepLeft, keepRight), Outer.None, result!, name);
    }
}
