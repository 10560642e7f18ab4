namespace Dataflow.Tables;

/// <summary>A step that makes something of each row of a table with the user's code, and hands on how that changed.</summary>
/// <typeparam name="TKey">The table's key.</typeparam>
/// <typeparam name="TRow">The table's rows.</typeparam>
/// <typeparam name="TMade">What the user's code makes of the row before and of the new one.</typeparam>
/// <typeparam name="TOut">What goes out.</typeparam>
internal abstract class RowOperator<TKey, TRow, TMade, TOut> : Operator<Keyed<TKey, Change<TRow>>, TOut>, IAcceptsRows<TKey, TRow>
    where TKey : notnull
{
    /// <summary>What is in force of the keys whose newest row was rejected.</summary>
    public AcceptedRows<TKey, TRow> Accepted { get; private set; } = null!;

    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        var (key, change) = record.Value;
        if (!Accepted.TryCorrect(key, ref change)) return;
        TMade made;
        try
        {
            made = Make(in change);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            Accepted.Keep(key, in change);
            return;
        }

        Accepted.Forget(key);
        Send(in record, in change, made);
    }

    protected override void Declare(StepDeclaration declare) => Accepted = AcceptedRows<TKey, TRow>.In(declare);

    /// <summary>Runs the user's code on the row before, if there was one, and on the new one, if there is one.</summary>
    protected abstract TMade Make(in Change<TRow> change);

    /// <summary>Hands on what was made of a change.</summary>
    protected abstract void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, TMade made);
}

/// <summary>A step that takes rows or rejects them.</summary>
internal interface IAcceptsRows<TKey, TRow>
    where TKey : notnull
{
    AcceptedRows<TKey, TRow> Accepted { get; }
}

/// <summary>The rows that a step makes of those of another step, for readers: those in force, whatever was rejected since.</summary>
internal sealed class MadeRows<TKey, TRow, TOut>(
    ITableRows<TKey, TRow> rows, AcceptedRows<TKey, TRow> accepted, Func<TRow, bool> isIn, Func<TRow, TOut> make) : ITableRows<TKey, TOut>
    where TKey : notnull
{
    public bool TryGet(TKey key, out TOut row)
    {
        var exists = rows.TryGet(key, out var from);
        return TryMake(key, exists, from, out row);
    }

    public void ForEach(Action<TKey, TOut> visit)
        => rows.ForEach((key, from) =>
        {
            if (TryMake(key, exists: true, from, out var row)) visit(key, row);
        });

    private bool TryMake(TKey key, bool exists, TRow from, out TOut row)
    {
        if (accepted.TryGet(key, out var inForce)) (exists, from) = (inForce.HasValue, inForce.Value);
        exists = exists && isIn(from);
        row = exists ? make(from) : default!;
        return exists;
    }
}
