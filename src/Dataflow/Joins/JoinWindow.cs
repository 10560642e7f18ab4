using System.Runtime.CompilerServices;
namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(KeyedStream<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Joins each left record with each right record of the same key and window.</summary>
        /// <remarks>Emits, counts and keeps records as <c>CoGroup</c> does, with which every other join of a window can be expressed: a
        /// record whose windows are closed is late, counted and dropped. The pairs of a key and window are emitted together, ordered by the
        /// left, then by the right record's arrival.</remarks>
        /// <param name="right">The other stream, with keys of the same type and event time.</param>
        /// <param name="windows">Which windows; not those by count, which belong to one stream.</param>
        /// <param name="result">Computes the result of a pair; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentException">Windows by count.</exception>
        /// <example><code>
        /// orders.JoinWindow(
        ///         payments, windows, (order, payment) => $"inner: {order.Item}, {payment.Euro} euro", "inner")
        ///     .To(Sink.Console&lt;string>(name: "inner"));
        /// </code></example>
        public KeyedStream<TKey, TOut> JoinWindow<TRight, TOut>(
            KeyedStream<TKey, TRight> right, WindowSpec windows, Func<TLeft, TRight, TOut> result, string name = "join-window")
            => AddWindowJoin<TKey, TLeft, TRight, TOut>(left, right, windows, Outer.None, result!, name);

        /// <summary>Joins as <c>JoinWindow</c> does; a left record without partner is joined with the right type's default value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinWindow{TRight, TOut}"/>
        /// <example><code>
        /// orders.LeftJoinWindow(
        ///         payments, windows, (order, payment) => $"left: {order.Item}, {payment?.Euro ?? 0} euro", "left")
        ///     .To(Sink.Console&lt;string>(name: "left"));
        /// </code></example>
        public KeyedStream<TKey, TOut> LeftJoinWindow<TRight, TOut>(
            KeyedStream<TKey, TRight> right, WindowSpec windows, Func<TLeft, TRight?, TOut> result, string name = "join-window")
            => AddWindowJoin<TKey, TLeft, TRight, TOut>(left, right, windows, Outer.Left, result!, name);

        /// <summary>Joins as <c>JoinWindow</c> does; a right record without partner is joined with the left type's default value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinWindow{TRight, TOut}"/>
        /// <example><code>
        /// orders.RightJoinWindow(
        ///         payments, windows, (order, payment) => $"right: {order?.Item ?? "nothing"}, {payment.Euro} euro", "right")
        ///     .To(Sink.Console&lt;string>(name: "right"));
        /// </code></example>
        public KeyedStream<TKey, TOut> RightJoinWindow<TRight, TOut>(
            KeyedStream<TKey, TRight> right, WindowSpec windows, Func<TLeft?, TRight, TOut> result, string name = "join-window")
            => AddWindowJoin<TKey, TLeft, TRight, TOut>(left, right, windows, Outer.Right, result!, name);

        /// <summary>Joins as <c>JoinWindow</c> does; a record of either side without partner is joined with the other type's default
        /// value.</summary>
        /// <inheritdoc cref="Verbs.extension{TKey, TLeft}(KeyedStream{TKey, TLeft}).JoinWindow{TRight, TOut}"/>
        /// <example><code>
        /// orders.OuterJoinWindow(
        ///         payments, windows, (order, payment) => $"outer: {order?.Item ?? "nothing"}, {payment?.Euro ?? 0} euro", "outer")
        ///     .To(Sink.Console&lt;string>(name: "outer"));
        /// </code></example>
        public KeyedStream<TKey, TOut> OuterJoinWindow<TRight, TOut>(
            KeyedStream<TKey, TRight> right, WindowSpec windows, Func<TLeft?, TRight?, TOut> result, string name = "join-window")
            => AddWindowJoin(left, right, windows, Outer.Both, result, name);
    }

    private static KeyedStream<TKey, TOut> AddWindowJoin<TKey, TLeft, TRight, TOut>(
        KeyedStream<TKey, TLeft> left, KeyedStream<TKey, TRight> right, WindowSpec windows, Outer outer,
        Func<TLeft?, TRight?, TOut> result, string name, [CallerMemberName] string call = "")
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(result);
        return AddCoGroup(left, right, windows, (_, _, lefts, rights) => Pairs(lefts, rights, outer, result), name, call);
    }

    private static IEnumerable<TOut> Pairs<TLeft, TRight, TOut>(
        IReadOnlyList<TLeft?> lefts, IReadOnlyList<TRight?> rights, Outer outer, Func<TLeft?, TRight?, TOut> result)
    {
        if (rights.Count == 0 && outer.HasFlag(Outer.Left)) rights = [default];
        if (lefts.Count == 0 && outer.HasFlag(Outer.Right)) lefts = [default];
        foreach (var left in lefts)
        {
            foreach (var right in rights) yield return result(left, right);
        }
    }
}
