using Dataflow.Joins;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(KeyedStream<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Joins pairs with right.time from left.time + <paramref name="lower"/> to left.time + <paramref name="upper"/>, both
        /// inclusive.</summary>
        /// <remarks>
        /// <para>Records are partners if right.time - left.time is no less than the lower and no more than the upper bound, both bounds
        /// included. It does not matter which of the two comes first, nor how far out of order, as long as neither is late.</para>
        /// <para>A pair is emitted as soon as both records have arrived, with the later of their times; the pairs that one record
        /// completes follow each other, in no promised order. An outer join emits a record without partner when the watermark shows
        /// that none can come, with the time at which that was decided: the end of its interval, rounded up to a slice (a quarter of
        /// the interval, at least 10 ms).</para>
        /// <para>A record is kept until no partner can come any more: the watermark, the lower one of both streams, has passed its
        /// interval. Records older than the watermark are late: counted and dropped. Records that never had a partner are counted as
        /// unmatched when they are removed.</para>
        /// </remarks>
        /// <param name="right">The other stream, with keys of the same type and event time.</param>
        /// <param name="lower">The lower bound of right.time - left.time, inclusive; negative: the right record may be earlier.</param>
        /// <param name="upper">The upper bound of right.time - left.time, inclusive.</param>
        /// <param name="result">Computes the result of a pair; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentOutOfRangeException">Bounds in the wrong order or not of whole milliseconds.</exception>
        /// <example><code>
        /// orders.JoinInterval(
        ///         payments, now, quarter, (order, payment) => $"inner: {order.Customer} paid {payment.Euro}", "inner")
        ///     .To(Sink.Console&lt;string>(name: "inner"));
        /// </code></example>
        public KeyedStream<TKey, TOut> JoinInterval<TRight, TOut>(
            KeyedStream<TKey, TRight> right, TimeSpan lower, TimeSpan upper, Func<TLeft, TRight, TOut> result,
            string name = "join-interval")
            => AddIntervalJoin<TKey, TLeft, TRight, TOut>(left, right, JoinBounds.Between<TLeft>(lower, upper), Outer.None, result!, name);

        /// <summary>Joins as <c>JoinInterval</c> with two fixed bounds does, but each left value has its own upper bound.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinInterval{TRight, TOut}(KeyedStream{TKey, TRight}, TimeSpan, TimeSpan, Func{TLeft, TRight, TOut}, string)" path="/remarks"/>
        /// <param name="right">The other stream, with keys of the same type and event time.</param>
        /// <param name="lower">The lower bound of right.time - left.time, inclusive; negative: the right record may be earlier.</param>
        /// <param name="upper">Computes the upper bound of a left value; called once for each, on the task's thread.</param>
        /// <param name="maxUpper">The largest bound that <paramref name="upper"/> may return; a larger one fails the record. A left record
        /// is kept only as long as its own bound says.</param>
        /// <param name="result">Computes the result of a pair; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentOutOfRangeException">Bounds in the wrong order or not of whole milliseconds.</exception>
        /// <example><code>
        /// orders.JoinInterval(
        ///         payments, lower: TimeSpan.Zero, upper: order => TimeSpan.FromMinutes(5 * order.Pieces), maxUpper: TimeSpan.FromHours(1),
        ///         (order, payment) => $"{order.Customer} paid {payment.Euro} in time")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> JoinInterval<TRight, TOut>(
            KeyedStream<TKey, TRight> right, TimeSpan lower, Func<TLeft, TimeSpan> upper, TimeSpan maxUpper,
            Func<TLeft, TRight, TOut> result, string name = "join-interval")
        {
            ArgumentNullException.ThrowIfNull(upper);
            return AddIntervalJoin<TKey, TLeft, TRight, TOut>(
                left, right, JoinBounds.Between(lower, maxUpper, upper), Outer.None, result!, name);
        }

        /// <summary>Joins as <c>JoinInterval</c> does; a left record without partner is joined with the right type's default
        /// value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinInterval{TRight, TOut}(KeyedStream{TKey, TRight}, TimeSpan, TimeSpan, Func{TLeft, TRight, TOut}, string)"/>
        /// <example><code>
        /// orders.LeftJoinInterval(
        ///         payments, now, quarter, (order, payment) => $"left: {order.Customer} paid {payment?.Euro ?? 0}", "left")
        ///     .To(Sink.Console&lt;string>(name: "left"));
        /// </code></example>
        public KeyedStream<TKey, TOut> LeftJoinInterval<TRight, TOut>(
            KeyedStream<TKey, TRight> right, TimeSpan lower, TimeSpan upper, Func<TLeft, TRight?, TOut> result,
            string name = "join-interval")
            => AddIntervalJoin<TKey, TLeft, TRight, TOut>(left, right, JoinBounds.Between<TLeft>(lower, upper), Outer.Left, result!, name);

        /// <summary>Joins as <c>JoinInterval</c> with an upper bound per left value does; a left record without partner is joined with the
        /// right type's default value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinInterval{TRight, TOut}(KeyedStream{TKey, TRight}, TimeSpan, Func{TLeft, TimeSpan}, TimeSpan, Func{TLeft, TRight, TOut}, string)"/>
        public KeyedStream<TKey, TOut> LeftJoinInterval<TRight, TOut>(
            KeyedStream<TKey, TRight> right, TimeSpan lower, Func<TLeft, TimeSpan> upper, TimeSpan maxUpper,
            Func<TLeft, TRight?, TOut> result, string name = "join-interval")
        {
            ArgumentNullException.ThrowIfNull(upper);
            return AddIntervalJoin<TKey, TLeft, TRight, TOut>(
                left, right, JoinBounds.Between(lower, maxUpper, upper), Outer.Left, result!, name);
        }

        /// <summary>Joins as <c>JoinInterval</c> does; a right record without partner is joined with the left type's default
        /// value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinInterval{TRight, TOut}(KeyedStream{TKey, TRight}, TimeSpan, TimeSpan, Func{TLeft, TRight, TOut}, string)"/>
        /// <example><code>
        /// orders.RightJoinInterval(
        ///         payments, now, quarter, (order, payment) => $"right: {payment.Euro} for {order?.Item ?? "nothing"}", "right")
        ///     .To(Sink.Console&lt;string>(name: "right"));
        /// </code></example>
        public KeyedStream<TKey, TOut> RightJoinInterval<TRight, TOut>(
            KeyedStream<TKey, TRight> right, TimeSpan lower, TimeSpan upper, Func<TLeft?, TRight, TOut> result,
            string name = "join-interval")
            => AddIntervalJoin<TKey, TLeft, TRight, TOut>(left, right, JoinBounds.Between<TLeft>(lower, upper), Outer.Right, result!, name);

        /// <summary>Joins as <c>JoinInterval</c> does; a record of either side without partner is joined with the other type's default
        /// value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinInterval{TRight, TOut}(KeyedStream{TKey, TRight}, TimeSpan, TimeSpan, Func{TLeft, TRight, TOut}, string)"/>
        /// <example><code>
        /// orders.OuterJoinInterval(
        ///         payments, now, quarter, (order, payment) => $"outer: {payment?.Euro ?? 0} for {order?.Item ?? "nothing"}", "outer")
        ///     .To(Sink.Console&lt;string>(name: "outer"));
        /// </code></example>
        public KeyedStream<TKey, TOut> OuterJoinInterval<TRight, TOut>(
            KeyedStream<TKey, TRight> right, TimeSpan lower, TimeSpan upper, Func<TLeft?, TRight?, TOut> result,
            string name = "join-interval")
            => AddIntervalJoin(left, right, JoinBounds.Between<TLeft>(lower, upper), Outer.Both, result, name);
    }

    internal static KeyedStream<TKey, TOut> AddIntervalJoin<TKey, TLeft, TRight, TOut>(
        KeyedStream<TKey, TLeft> left, KeyedStream<TKey, TRight> right, JoinBounds<TLeft> bounds, Outer outer,
        Func<TLeft?, TRight?, TOut> result, string name)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(result);
        return left.Add(
            right,
            (first, second) => new IntervalJoinNode<TKey, TLeft, TRight, TOut>(name, first, second, bounds, outer, result));
    }
}

internal sealed record IntervalJoinNode<TKey, TLeft, TRight, TOut>(
    string Name,
    Node<Keyed<TKey, TLeft>> Input,
    SecondInput<Keyed<TKey, TRight>> Second,
    JoinBounds<TLeft> Bounds,
    Outer Outer,
    Func<TLeft?, TRight?, TOut> Result)
    : Node<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>>(Name, Input, Second)
    where TKey : notnull
{
    public override string Detail => Outer == Outer.None ? Bounds.Text : $"{Bounds.Text}, outer {Outer}".ToLowerInvariant();

    public override string StateSignature => $"join, {Bounds.Text}";

    public override Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>> CreateOperator()
        => new IntervalJoinOperator<TKey, TLeft, TRight, TOut>(Bounds, Outer, Result);

    public override IEnumerable<string> Check()
        => Bounds.AreUnbounded || HasEventTime
            ? []
            : [$"Join '{Name}' needs event time on both streams. Add WithEventTime(...) before KeyBy."];
}
