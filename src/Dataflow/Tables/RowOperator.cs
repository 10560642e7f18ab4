namespace Dataflow.Tables;

/// <summary>A step that calls the user's code for each row of a table and emits the resulting changes.</summary>
/// <typeparam name="TKey">The table's key.</typeparam>
/// <typeparam name="TRow">The type of the table's rows.</typeparam>
/// <typeparam name="TMade">The user code's result for the row before and the new one.</typeparam>
/// <typeparam name="TOut">The type of the output.</typeparam>
internal abstract class RowOperator<TKey, TRow, TMade, TOut> : Operator<Keyed<TKey, Change<TRow>>, TOut>
    where TKey : notnull
{
    /// <summary>The rows in force of the keys whose newest row was rejected.</summary>
    protected AcceptedRows<TKey, TRow> Accepted { get; private set; } = null!;

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

    protected override void Declare(StepDeclaration declare) => Accepted = declare.AcceptedRows<TKey, TRow>();

    /// <summary>Calls the user's code for the row before, if there was one, and for the new one, if there is one.</summary>
    protected abstract TMade Make(in Change<TRow> change);

    /// <summary>Emits the result of a change.</summary>
    protected abstract void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, TMade made);
}
