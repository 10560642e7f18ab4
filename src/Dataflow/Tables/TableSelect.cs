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
            return new(table.Changes().Add(input => new TableSelectNode<TKey, TRow, TOut>(name, input, table, selector)), name);
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
            return new(table.Changes().Add(input => new TableWhereNode<TKey, TRow>(name, input, table, predicate)), name);
        }
    }
}

internal sealed record TableSelectNode<TKey, TRow, TOut>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, Table<TKey, TRow> Table, Func<TRow, TOut> Selector)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new TableSelectOperator<TKey, TRow, TOut>(Table, Selector);
}

internal sealed class TableSelectOperator<TKey, TRow, TOut>(Table<TKey, TRow> table, Func<TRow, TOut> selector)
    : MadeRowOperator<TKey, TRow, Change<TOut>, TOut>(table)
    where TKey : notnull
{
    protected override bool TryMake(TRow from, out TOut row)
    {
        row = selector(from);
        return true;
    }

    protected override Change<TOut> Make(in Change<TRow> change)
        => new(change.Kind, change.HasOld ? selector(change.Old) : default!, change.HasNew ? selector(change.New) : default!);

    protected override void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, Change<TOut> made)
    {
        if (made.Kind == ChangeKind.Update && RowEquality<TOut>.AreSame(made.Old, made.New)) return;
        Emit(record.With(new Keyed<TKey, Change<TOut>>(record.Value.Key, made)));
    }
}

internal sealed record TableWhereNode<TKey, TRow>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, Table<TKey, TRow> Table, Func<TRow, bool> Predicate)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>> CreateOperator()
        => new TableWhereOperator<TKey, TRow>(Table, Predicate);
}

internal sealed class TableWhereOperator<TKey, TRow>(Table<TKey, TRow> table, Func<TRow, bool> predicate)
    : MadeRowOperator<TKey, TRow, (bool Had, bool Has), TRow>(table)
    where TKey : notnull
{
    protected override bool TryMake(TRow from, out TRow row)
    {
        row = from;
        return predicate(from);
    }

    protected override (bool Had, bool Has) Make(in Change<TRow> change)
        => (change.HasOld && predicate(change.Old), change.HasNew && predicate(change.New));

    protected override void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, (bool Had, bool Has) made)
    {
        if (made is (false, false)) return;
        var seen = made is (true, true) ? change : made.Has ? Change<TRow>.Insert(change.New!) : Change<TRow>.Delete(change.Old!);
        Emit(record.With(new Keyed<TKey, Change<TRow>>(record.Value.Key, seen)));
    }
}
