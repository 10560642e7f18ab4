namespace Dataflow.Tables;

/// <summary>A step whose rows are made of those of another table, which alone are kept: readers find the rows in force, whatever was
/// rejected since.</summary>
internal abstract class MadeRowOperator<TKey, TRow, TMade, TOut>(Table<TKey, TRow> table)
    : RowOperator<TKey, TRow, TMade, Keyed<TKey, Change<TOut>>>, ITableRows<TKey, TOut>
    where TKey : notnull
{
    private ITableRows<TKey, TRow>? _from; // found late: a step behind this one reads rows while it opens, which is before this one does

    private ITableRows<TKey, TRow> From => _from ??= table.RowsIn(Context) ?? throw TableReader<TKey, TRow>.KeepsNoRows();

    public bool TryGet(TKey key, out TOut row)
    {
        var exists = From.TryGet(key, out var from);
        return TryMake(key, exists, from, out row);
    }

    public void ForEach(Action<TKey, TOut> visit)
        => From.ForEach((key, from) =>
        {
            if (TryMake(key, exists: true, from, out var row)) visit(key, row);
        });

    /// <summary>Makes the row; false if there is none of the other table's row.</summary>
    protected abstract bool TryMake(TRow from, out TOut row);

    private bool TryMake(TKey key, bool exists, TRow from, out TOut row)
    {
        if (Accepted.TryGet(key, out var isInForce, out var inForce)) (exists, from) = (isInForce, inForce);
        row = default!;
        return exists && TryMake(from, out row);
    }
}
