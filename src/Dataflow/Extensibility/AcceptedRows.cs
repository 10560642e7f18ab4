namespace Dataflow.Extensibility;

/// <summary>The rows in force of those keys whose newest row the step rejected.</summary>
/// <remarks>Made by <see cref="StepDeclaration.AcceptedRows"/>. The step before sends each change with the row before it. If this step
/// rejected that row, the row that is in force here, or none, stands in for it: so each emitted change follows on the previous one. Empty,
/// and without cost, as long as nothing is rejected.</remarks>
public sealed class AcceptedRows<TKey, TRow>
    where TKey : notnull
{
    private readonly KeyedState<TKey, Kept<TRow>> _rows;

    static AcceptedRows() => GeneratedCodecs.Add(new Generated.Dataflow_Kept_1.Form<TRow>());

    internal AcceptedRows(KeyedState<TKey, Kept<TRow>> rows) => _rows = rows;

    /// <summary>Whether the newest row of a key was rejected; then also which row is in force in its place.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="hasRow">Whether a row is in force.</param>
    /// <param name="row">The row in force.</param>
    public bool TryGet(TKey key, out bool hasRow, out TRow row)
    {
        Kept<TRow> kept = default;
        var isRejected = _rows.Count > 0 && _rows.TryGet(key, out kept);
        (hasRow, row) = (kept.HasValue, kept.Value);
        return isRejected;
    }

    /// <summary>Replaces a rejected old row in a change by the row in force; false if nothing is left to do.</summary>
    public bool TryCorrect(TKey key, ref Change<TRow> change)
    {
        if (!TryGet(key, out var hasRow, out var row)) return true;
        if (!hasRow && !change.HasNew)
        {
            Forget(key);
            return false;
        }

        change = !change.HasNew ? Change<TRow>.Delete(row)
            : hasRow ? Change<TRow>.Update(row, change.New) : Change<TRow>.Insert(change.New);
        return true;
    }

    /// <summary>Records that a change was rejected, after <see cref="TryCorrect"/>: its old row stays in force.</summary>
    public void Keep(TKey key, in Change<TRow> rejected) => Keep(key, rejected.HasOld, rejected.Old!);

    /// <summary>Records that a key's newest row was rejected, and which row stays in force.</summary>
    public void Keep(TKey key, bool hasRow, TRow row) => _rows.Update(key, out _) = new(hasRow, row);

    /// <summary>Records that the newest change of a key was accepted.</summary>
    public void Forget(TKey key)
    {
        if (_rows.Count > 0) _rows.Remove(key);
    }
}
