namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Joins each record with the table's current row for its key.</summary>
        /// <remarks>An inner join: records whose key has no row are dropped and counted as unmatched. A table of a bounded source is read
        /// to its end before the stream starts. No record is late for this join: whatever its time, it is joined with the row at the moment
        /// of its arrival. To join with the row of the record's own time use <c>JoinAsOf</c>.</remarks>
        /// <param name="table">The other side; its key is of the same type.</param>
        /// <param name="result">Computes the result of value and row; called on the task's thread.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// orders.Join(items, (order, item) => $"{order.Pieces} {item.Name} for {order.Customer}, from the shelf {item.Shelf}")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public KeyedStream<TKey, TOut> Join<TRow, TOut>(
            Table<TKey, TRow> table, Func<T, TRow, TOut> result, string name = "join")
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddJoin<TKey, T, TRow, TOut>(stream, table, Outer.None, result!, name);
        }

        /// <summary>Joins as <c>Join</c> does, and emits a record whose key has no row with the row type's default value.</summary>
        /// <remarks>Each record gives a result, so none is counted as a miss.</remarks>
        /// <inheritdoc
        /// cref="Verbs.extension{TKey, T}(KeyedStream{TKey, T}).Join{TRow, TOut}(Table{TKey, TRow}, Func{T, TRow, TOut}, string)"/>
        /// <example><code>
        /// orders.LeftJoin(items, (order, item) => $"left join: {order.Item} from {item?.Shelf ?? "nowhere"}")
        ///     .To(Sink.Console&lt;string>(name: "left"));
        /// </code></example>
        public KeyedStream<TKey, TOut> LeftJoin<TRow, TOut>(
            Table<TKey, TRow> table, Func<T, TRow?, TOut> result, string name = "left-join")
        {
            ArgumentNullException.ThrowIfNull(result);
            return AddJoin(stream, table, Outer.Left, result, name);
        }
    }

    private static KeyedStream<TKey, TOut> AddJoin<TKey, T, TRow, TOut>(
        KeyedStream<TKey, T> stream, Table<TKey, TRow> table, Outer outer, Func<T, TRow?, TOut> result, string name)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(table);
        return stream.Add(table, (input, rows) => new JoinNode<TKey, T, TRow, TOut>(name, input, rows, outer, result));
    }
}

internal sealed record JoinNode<TKey, T, TRow, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Node Table, Outer Outer, Func<T, TRow?, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override Node Uses => Table;

    public override string Detail => $"{(Outer == Outer.Left ? "left, " : "")}with {Table.Name}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
        => new JoinOperator<TKey, T, TRow, TOut>(Table, Outer, Result);
}

internal sealed class JoinOperator<TKey, T, TRow, TOut>(Node table, Outer outer, Func<T, TRow?, TOut> result)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private ITableRows<TKey, TRow> _rows = null!;
    private Counter _unmatched = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (!_rows.TryGet(record.Value.Key, out var row) && outer == Outer.None)
        {
            _unmatched.Add();
            return;
        }

        TOut value;
        try
        {
            value = result(record.Value.Value, row);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(new Keyed<TKey, TOut>(record.Value.Key, value)));
    }

    protected override void Declare(StepDeclaration declare) => _unmatched = declare.Counter(CounterDefinition.Unmatched);

    protected override void Open() => _rows = Context.StepOf<ITableRows<TKey, TRow>>(table)!;
}
