using Dataflow.Joins;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(KeyedStream<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Joins each left record with the latest right record of its key that is not newer.</summary>
        /// <remarks>
        /// <para>A right record of exactly the left one's time matches; of several with the same time the last to arrive. Results have
        /// the left record's time and are emitted once the watermark, the lower one of both streams, has passed it by up to 16 ms, so
        /// disorder does not matter; those of a key are in the order of time. Left records without a right one are counted as
        /// unmatched.</para>
        /// <para>Left records are kept until then, right ones until a newer one of their key is older than the watermark: the
        /// last of each key stays, unless there is a tolerance and it has become too old. Records that arrive after the results of
        /// their time were emitted are late: counted and dropped.</para>
        /// </remarks>
        /// <param name="right">The other stream, with keys of the same type and event time.</param>
        /// <param name="result">Computes the result of a pair; called on the task's thread.</param>
        /// <param name="tolerance">The largest time by which the right record may be older, inclusive; unlimited unless given.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentOutOfRangeException">A negative tolerance, or not of whole milliseconds.</exception>
        /// <example><code>
        /// orders.JoinAsOf(prices, (order, price) => $"{order.Customer}: {order.Item} at {price.Euro}", name: "inner")
        ///     .To(Sink.Console&lt;string>(name: "inner"));
        /// </code></example>
        public KeyedStream<TKey, TOut> JoinAsOf<TRight, TOut>(
            KeyedStream<TKey, TRight> right, Func<TLeft, TRight, TOut> result, TimeSpan? tolerance = null,
            string name = "join-as-of")
            => AddAsOfJoin<TKey, TLeft, TRight, TOut>(left, right, Outer.None, result!, tolerance, name);

        /// <summary>Joins as <c>JoinAsOf</c> does; a left record without a right one is joined with the right type's default
        /// value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinAsOf{TRight, TOut}"/>
        /// <example><code>
        /// orders.LeftJoinAsOf(
        ///         prices, (order, price) => $"left: {order.Item} at {price?.Euro.ToString() ?? "no price"}",
        ///         tolerance: TimeSpan.FromMinutes(4), name: "left")
        ///     .To(Sink.Console&lt;string>(name: "left"));
        /// </code></example>
        public KeyedStream<TKey, TOut> LeftJoinAsOf<TRight, TOut>(
            KeyedStream<TKey, TRight> right, Func<TLeft, TRight?, TOut> result, TimeSpan? tolerance = null,
            string name = "join-as-of")
            => AddAsOfJoin(left, right, Outer.Left, result, tolerance, name);
    }

    private static KeyedStream<TKey, TOut> AddAsOfJoin<TKey, TLeft, TRight, TOut>(
        KeyedStream<TKey, TLeft> left, KeyedStream<TKey, TRight> right, Outer outer, Func<TLeft, TRight?, TOut> result,
        TimeSpan? tolerance, string name)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(result);
        if (tolerance is { } span) ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero, nameof(tolerance));
        long? toleranceMs = tolerance is { } max ? JoinBounds.Milliseconds(max, nameof(tolerance)) : null;
        return left.Add(
            right,
            (first, second) => new AsOfJoinNode<TKey, TLeft, TRight, TOut>(name, first, second, outer, result, toleranceMs));
    }
}

internal sealed record AsOfJoinNode<TKey, TLeft, TRight, TOut>(
    string Name,
    Node<Keyed<TKey, TLeft>> Input,
    SecondInput<Keyed<TKey, TRight>> Second,
    Outer Outer,
    Func<TLeft, TRight?, TOut> Result,
    long? ToleranceMs)
    : Node<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>>(Name, Input, Second)
    where TKey : notnull
{
    public override string Detail
        => (ToleranceMs is { } ms ? $"at most {TimeSpan.FromMilliseconds(ms)} older" : "of any age")
            + (Outer == Outer.Left ? ", outer left" : "");

    public override Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>> CreateOperator()
        => new AsOfJoinOperator<TKey, TLeft, TRight, TOut>(Outer, Result, ToleranceMs);

    public override IEnumerable<string> Check()
        => HasEventTime
            ? []
            : [$"Join '{Name}' needs event time on both streams. Add WithEventTime(...) before KeyBy."];
}
