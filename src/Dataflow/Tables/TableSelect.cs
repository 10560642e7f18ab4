using Dataflow.Tables;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Replaces each row by the result of <paramref name="selector"/>; keys stay.</summary>
        /// <param name="selector">Called on the task's thread for the old row and for the new one, so it must return the same for the same
        /// row.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name)
        ///     .Where(item => item.Shelf == "left")
        ///     .Select(item => item.Shelf.ToUpperInvariant())
        ///     .PrintChanges();
        /// </code></example>
        public Table<TKey, TOut> Select<TOut>(Func<TRow, TOut> selector, string name = "select")
        {
            ArgumentNullException.ThrowIfNull(selector);
            var changes = table.Changes().Add(input => new TableSelectNode<TKey, TRow, TOut>(name, input, selector));
            return new Table<TKey, TOut>(changes, name, RowsOf(table, changes.Pairs.Node, static _ => true, selector));
        }

        /// <summary>Keeps the rows that satisfy <paramref name="predicate"/>.</summary>
        /// <remarks>A row that no longer satisfies it is deleted, one that now does is inserted.</remarks>
        /// <param name="predicate">Called on the task's thread for the old row and for the new one.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// pipeline.Table(Source.Of(input, "items").OneByOne(), item => item.Name)
        ///     .Where(item => item.Shelf == "left")
        ///     .Select(item => item.Shelf.ToUpperInvariant())
        ///     .PrintChanges();
        /// </code></example>
        public Table<TKey, TRow> Where(Func<TRow, bool> predicate, string name = "where")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            var changes = table.Changes().Add(input => new TableWhereNode<TKey, TRow>(name, input, predicate));
            return new Table<TKey, TRow>(changes, name, RowsOf(table, changes.Pairs.Node, predicate, static row => row));
        }
    }

    private static RowsFinder<TKey, TOut> RowsOf<TKey, TRow, TOut>(
        Table<TKey, TRow> table, Node step, Func<TRow, bool> isIn, Func<TRow, TOut> make)
        where TKey : notnull
    {
        var rows = table.Rows;
        return find => rows(find) is { } found && find(step.Id) is IAcceptsRows<TKey, TRow> { Accepted: var accepted }
            ? new MadeRows<TKey, TRow, TOut>(found, accepted, isIn, make)
            : null;
    }
}

internal sealed record TableSelectNode<TKey, TRow, TOut>(string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, TOut> Selector)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new TableSelectOperator<TKey, TRow, TOut>(Selector);
}

internal sealed class TableSelectOperator<TKey, TRow, TOut>(Func<TRow, TOut> selector)
    : RowOperator<TKey, TRow, Change<TOut>, Keyed<TKey, Change<TOut>>>
    where TKey : notnull
{
    protected override Change<TOut> Make(in Change<TRow> change)
        => new(change.Kind, change.HasOld ? selector(change.Old) : default!, change.HasNew ? selector(change.New) : default!);

    protected override void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, Change<TOut> made)
    {
        if (made.Kind == ChangeKind.Update && RowEquality<TOut>.AreSame(made.Old, made.New)) return;
        Emit(record.With(new Keyed<TKey, Change<TOut>>(record.Value.Key, made)));
    }
}

internal sealed record TableWhereNode<TKey, TRow>(string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, bool> Predicate)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>> CreateOperator()
        => new TableWhereOperator<TKey, TRow>(Predicate);
}

internal sealed class TableWhereOperator<TKey, TRow>(Func<TRow, bool> predicate)
    : RowOperator<TKey, TRow, (bool Had, bool Has), Keyed<TKey, Change<TRow>>>
    where TKey : notnull
{
    protected override (bool Had, bool Has) Make(in Change<TRow> change)
        => (change.HasOld && predicate(change.Old), change.HasNew && predicate(change.New));

    protected override void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, (bool Had, bool Has) made)
    {
        if (made is (false, false)) return;
        var seen = made is (true, true) ? change : made.Has ? Change<TRow>.Insert(change.New!) : Change<TRow>.Delete(change.Old!);
        Emit(record.With(new Keyed<TKey, Change<TRow>>(record.Value.Key, seen)));
    }
}
