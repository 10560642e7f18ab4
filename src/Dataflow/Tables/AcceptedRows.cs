using System.Runtime.CompilerServices;
using Dataflow.State;

namespace Dataflow.Tables;

/// <summary>The rows in force of those keys whose newest row the step rejected.</summary>
/// <remarks>The step before sends each change with the row before it. If this step rejected that row, the row that is in force here, or
/// none, stands in for it: so each emitted change follows on the previous one. Empty, and without cost, as long as nothing is
/// rejected.</remarks>
internal sealed class AcceptedRows<TKey, TRow>(KeyedState<TKey, Kept<TRow>> rows)
    where TKey : notnull
{
    /// <param name="declare">The step's declaration.</param>
    /// <param name="name">The name of the rows within the step.</param>
    public static AcceptedRows<TKey, TRow> In(StepDeclaration declare, string name = "accepted")
        => In(declare, KeyCodec<TKey>.Default, name);

    // Rows that cannot be written are no fault where nothing is ever rejected; so a restart compares only the name.
    public static AcceptedRows<TKey, TRow> In(StepDeclaration declare, KeyCodec<TKey> keys, string name = "accepted")
        => new(declare.Uncompared<TKey, Kept<TRow>>($"{name}/{TypeNames.Full(typeof(TRow))}:{Unsafe.SizeOf<TRow>()}", keys));

    /// <summary>Whether the newest row of a key was rejected; returns the row in force in its place.</summary>
    public bool TryGet(TKey key, out Kept<TRow> row)
    {
        row = default;
        return rows.Count > 0 && rows.TryGet(key, out row);
    }

    /// <summary>Replaces a rejected old row in a change by the row in force; false if nothing is left to do.</summary>
    public bool TryCorrect(TKey key, ref Change<TRow> change)
    {
        if (!TryGet(key, out var row)) return true;
        if (!row.HasValue && !change.HasNew)
        {
            Forget(key);
            return false;
        }

        change = !change.HasNew ? Change<TRow>.Delete(row.Value)
            : row.HasValue ? Change<TRow>.Update(row.Value, change.New) : Change<TRow>.Insert(change.New);
        return true;
    }

    /// <summary>Records that a change was rejected, after <see cref="TryCorrect"/>.</summary>
    public void Keep(TKey key, in Change<TRow> rejected) => Keep(key, new Kept<TRow>(rejected.HasOld, rejected.Old!));

    public void Keep(TKey key, Kept<TRow> row) => rows.Update(key, out _) = row;

    /// <summary>Records that the newest change of a key was accepted.</summary>
    public void Forget(TKey key)
    {
        if (rows.Count > 0) rows.Remove(key);
    }
}
