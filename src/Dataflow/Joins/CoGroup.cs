using Dataflow.Joins;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TLeft>(KeyedStream<TKey, TLeft> left)
        where TKey : notnull
    {
        /// <summary>Calls <paramref name="result"/> for each key and window with records on either side, with all of them: every join of a
        /// window can be expressed with it.</summary>
        /// <remarks>Emits when the watermark, the lower one of both streams, passes a window's end; results have the same timestamps as
        /// aggregates. Windows that depend on the records, such as sessions, extend over both streams together. Late records of either side
        /// are counted and dropped; records of windows with one side only are counted as unmatched. A window's records are in memory until
        /// it closes, and a checkpoint writes all those of a key and window if one was added.</remarks>
        /// <param name="right">The other stream, with keys of the same type and event time.</param>
        /// <param name="windows">Which windows; not those by count, which belong to one stream.</param>
        /// <param name="result">Receives the key, the window and the values of both sides, each in the order of arrival; its results are
        /// enumerated on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        /// <exception cref="ArgumentException">Windows by count.</exception>
        /// <example><code>
        /// orders.KeyBy(order => order.Customer)
        ///     .CoGroup(
        ///         payments.KeyBy(payment => payment.Customer), Tumbling.Every(TimeSpan.FromMinutes(10)),
        ///         (customer, window, bought, paid) => new[] { $"{customer}: {bought.Count} orders, {paid.Count} payments" })
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> CoGroup<TRight, TOut>(
            KeyedStream<TKey, TRight> right, WindowSpec windows,
            Func<TKey, Window, IReadOnlyList<TLeft>, IReadOnlyList<TRight>, IEnumerable<TOut>> result, string name = "co-group")
            => AddCoGroup(left, right, windows, result, name, "CoGroup");
    }

    private static KeyedStream<TKey, TOut> AddCoGroup<TKey, TLeft, TRight, TOut>(
        KeyedStream<TKey, TLeft> left, KeyedStream<TKey, TRight> right, WindowSpec windows,
        Func<TKey, Window, IReadOnlyList<TLeft>, IReadOnlyList<TRight>, IEnumerable<TOut>> result, string name, string namedBy)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(result);
        if (!windows.NeedsTime)
            throw new ArgumentException($"Windows of '{windows}' belong to one stream. Choose windows of time.", nameof(windows));
        var sides = left.Add(right, (first, second) => new SidesNode<TKey, TLeft, TRight>($"{name}-sides", first, second));
        return sides.Window(windows, new Output<Side<TLeft, TRight>>($"{name}-late"), name, trigger: null, namedBy)
            .Aggregate(
                _ => new SidesAggregation<TLeft, TRight>(),
                (_, window, sides) => new CoGroup<TLeft, TRight>(window, sides.Lefts, sides.Rights))
            .Add(input => new CoGroupNode<TKey, TLeft, TRight, TOut>($"{name}-results", input, result));
    }
}

/// <summary>The records of two streams for a key and window.</summary>
internal readonly record struct CoGroup<TLeft, TRight>(Window Window, TLeft[] Lefts, TRight[] Rights);

internal sealed record CoGroupNode<TKey, TLeft, TRight, TOut>(
    string Name, Node<Keyed<TKey, CoGroup<TLeft, TRight>>> Input,
    Func<TKey, Window, IReadOnlyList<TLeft>, IReadOnlyList<TRight>, IEnumerable<TOut>> Result)
    : Node<Keyed<TKey, CoGroup<TLeft, TRight>>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, CoGroup<TLeft, TRight>>, Keyed<TKey, TOut>> CreateOperator()
        => new CoGroupOperator<TKey, TLeft, TRight, TOut>(Result);
}

internal sealed class CoGroupOperator<TKey, TLeft, TRight, TOut>(
    Func<TKey, Window, IReadOnlyList<TLeft>, IReadOnlyList<TRight>, IEnumerable<TOut>> result)
    : Operator<Keyed<TKey, CoGroup<TLeft, TRight>>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private readonly List<TOut> _all = [];
    private Counter _unmatchedLeft = null!; // set by Declare
    private Counter _unmatchedRight = null!;

    public override void Process(in Record<Keyed<TKey, CoGroup<TLeft, TRight>>> record)
    {
        var (key, group) = record.Value;
        if (group.Rights.Length == 0) _unmatchedLeft.Add(group.Lefts.Length);
        if (group.Lefts.Length == 0) _unmatchedRight.Add(group.Rights.Length);
        if (Start(in record) is not { } started) return;
        using var values = started;
        while (MoveNext(values, in record)) Emit(record.With(new Keyed<TKey, TOut>(key, values.Current)));
    }

    protected override void Declare(StepDeclaration declare) => (_unmatchedLeft, _unmatchedRight) = JoinCounters.Declare(declare);

    private IEnumerator<TOut>? Start(in Record<Keyed<TKey, CoGroup<TLeft, TRight>>> record)
    {
        var (key, group) = record.Value;
        try
        {
            var values = result(key, group.Window, group.Lefts, group.Rights);
            return Context.KeepsRejected ? All(values) : values.GetEnumerator();
        }
        catch (Exception error)
        {
            Reject(error, record.Value.Value.Window.ToString());
            return null;
        }
    }

    /// <summary>Collects all results before the first is emitted: a group whose code fails half way emits none.</summary>
    private List<TOut>.Enumerator All(IEnumerable<TOut> values)
    {
        _all.Clear();
        _all.AddRange(values);
        return _all.GetEnumerator();
    }

    private bool MoveNext(IEnumerator<TOut> values, in Record<Keyed<TKey, CoGroup<TLeft, TRight>>> record)
    {
        try
        {
            return values.MoveNext();
        }
        catch (Exception error)
        {
            Reject(error, record.Value.Value.Window.ToString());
            return false;
        }
    }
}
