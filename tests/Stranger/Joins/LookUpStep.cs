using Dataflow;

namespace Stranger.Joins;

internal static class LookUpStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Puts the row of its key to each record; where there is none, its type's default value.</summary>
        public KeyedStream<TKey, TOut> LookUp<TRow, TOut>(
            Table<TKey, TRow> table, Func<T, TRow?, TOut> result, string name = "look-up")
            => stream.Add(table, (input, rows) => new LookUpNode<TKey, T, TRow, TOut>(name, input, rows, result));
    }
}

internal sealed record LookUpNode<TKey, T, TRow, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Node Rows, Func<T, TRow?, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    public override Node Uses => Rows;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator() => new LookUpOperator<TKey, T, TRow, TOut>(Rows, Result);
}

internal sealed class LookUpOperator<TKey, T, TRow, TOut>(Node rows, Func<T, TRow?, TOut> result)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private ITableRows<TKey, TRow> _rows = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        TOut value;
        try
        {
            value = result(record.Value.Value, _rows.TryGet(record.Value.Key, out var row) ? row : default);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(new Keyed<TKey, TOut>(record.Value.Key, value)));
    }

    protected override void Open() => _rows = Context.StepOf<ITableRows<TKey, TRow>>(rows)!;
}
