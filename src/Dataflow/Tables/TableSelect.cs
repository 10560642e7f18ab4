using Dataflow.Tables;

namespace Dataflow;

/// <summary>Makes a table of a table, row by row.</summary>
public static class TableSelectStep
{
    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>The rows as <paramref name="selector"/> makes them; keys stay.</summary>
        /// <param name="selector">Called on the task's thread for the old row and for the new one, so it must give the same for
        /// the same row.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        public Table<TKey, TOut> Select<TOut>(Func<TRow, TOut> selector, string name = "select")
        {
            ArgumentNullException.ThrowIfNull(selector);
            var rows = table.Rows;
            return new Table<TKey, TOut>(
                table.Changes().Select(change => Of(change, selector), name),
                name,
                task => rows(task) is { } found ? new SelectedRows<TKey, TRow, TOut>(found, selector) : null);
        }

        /// <summary>The rows that satisfy <paramref name="predicate"/>.</summary>
        /// <remarks>A row that no longer does is deleted, one that now does is inserted.</remarks>
        /// <param name="predicate">Called on the task's thread for the old row and for the new one.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        public Table<TKey, TRow> Where(Func<TRow, bool> predicate, string name = "where")
        {
            ArgumentNullException.ThrowIfNull(predicate);
            var rows = table.Rows;
            return new Table<TKey, TRow>(
                table.Changes().AddStateless(input => new TableWhereNode<TKey, TRow>(name, input, predicate)),
                name,
                task => rows(task) is { } found ? new FilteredRows<TKey, TRow>(found, predicate) : null);
        }
    }

    private static Change<TOut> Of<TRow, TOut>(Change<TRow> change, Func<TRow, TOut> selector)
        => new(change.Kind, change.HasOld ? selector(change.Old) : default!, change.HasNew ? selector(change.New) : default!);
}

internal sealed record TableWhereNode<TKey, TRow>(string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, bool> Predicate)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>> CreateOperator()
        => new TableWhereOperator<TKey, TRow>(Predicate);
}

internal sealed class TableWhereOperator<TKey, TRow>(Func<TRow, bool> predicate)
    : Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>
    where TKey : notnull
{
    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        var (key, change) = record.Value;
        bool had, has;
        try
        {
            had = change.HasOld && predicate(change.Old);
            has = change.HasNew && predicate(change.New);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (had && has) Emit(in record);
        else if (has) Emit(record.With(new Keyed<TKey, Change<TRow>>(key, Change<TRow>.Insert(change.New))));
        else if (had) Emit(record.With(new Keyed<TKey, Change<TRow>>(key, Change<TRow>.Delete(change.Old))));
    }
}

internal sealed class SelectedRows<TKey, TRow, TOut>(IRows<TKey, TRow> rows, Func<TRow, TOut> selector) : IRows<TKey, TOut>
{
    public bool TryGet(TKey key, out TOut row)
    {
        var found = rows.TryGet(key, out var from);
        row = found ? selector(from) : default!;
        return found;
    }

    public void ForEach(Action<TKey, TOut> visit) => rows.ForEach((key, row) => visit(key, selector(row)));
}

internal sealed class FilteredRows<TKey, TRow>(IRows<TKey, TRow> rows, Func<TRow, bool> predicate) : IRows<TKey, TRow>
{
    public bool TryGet(TKey key, out TRow row) => rows.TryGet(key, out row) && predicate(row);

    public void ForEach(Action<TKey, TRow> visit)
        => rows.ForEach((key, row) =>
        {
            if (predicate(row)) visit(key, row);
        });
}
