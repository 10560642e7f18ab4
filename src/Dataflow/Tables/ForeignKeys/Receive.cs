using MessagePack;

namespace Dataflow.Tables.ForeignKeys;

/// <summary>Gives results the key of their left row again.</summary>
internal sealed record ReturnNode<TForeign, TKey, TOut>(string Name, Node<Keyed<TForeign, Keyed<TKey, Returned<TOut>>>> Input)
    : Node<Keyed<TForeign, Keyed<TKey, Returned<TOut>>>, Keyed<TKey, Returned<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TForeign, Keyed<TKey, Returned<TOut>>>, Keyed<TKey, Returned<TOut>>> CreateOperator()
        => new SelectOperator<Keyed<TForeign, Keyed<TKey, Returned<TOut>>>, Keyed<TKey, Returned<TOut>>>(ValueOf);

    private static InFunc<Keyed<TForeign, Keyed<TKey, Returned<TOut>>>, Keyed<TKey, Returned<TOut>>> ValueOf
        => static (in pair) => pair.Value;
}

/// <summary>Turns returned results into changes, and drops those that newer ones have overtaken.</summary>
internal sealed record ReceiveNode<TKey, TOut>(string Name, Node<Keyed<TKey, Returned<TOut>>> Input)
    : Node<Keyed<TKey, Returned<TOut>>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Returned<TOut>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new ReceiveOperator<TKey, TOut>();
}

internal sealed class ReceiveOperator<TKey, TOut> : Operator<Keyed<TKey, Returned<TOut>>, Keyed<TKey, Change<TOut>>>, ITableRows<TKey, TOut>
    where TKey : notnull
{
    private KeyedState<TKey, VersionedRow<TOut>> _rows = null!;

    static ReceiveOperator() => GeneratedCodecs.Add(new Generated.Dataflow_Tables_ForeignKeys_VersionedRow_1.Form<TOut>());

    public override void Process(in Record<Keyed<TKey, Returned<TOut>>> record)
    {
        var (key, result) = record.Value;
        var exists = _rows.TryGet(key, out var old);
        if (exists ? result.Version < old.Version : !result.HasRow) return;
        Change<TOut> change;
        if (result.HasRow)
        {
            _rows.Update(key, out _) = new(result.Version, result.Row);
            if (exists && RowEquality<TOut>.AreSame(old.Row, result.Row)) return;
            change = exists ? Change<TOut>.Update(old.Row, result.Row) : Change<TOut>.Insert(result.Row);
        }
        else
        {
            _rows.Remove(key);
            change = Change<TOut>.Delete(old.Row);
        }

        Emit(record.With(new Keyed<TKey, Change<TOut>>(key, change)));
    }

    public bool TryGet(TKey key, out TOut row)
    {
        var exists = _rows.TryGet(key, out var found);
        row = found.Row;
        return exists;
    }

    public void ForEach(Action<TKey, TOut> visit) => _rows.ForEach(visit, static (visit, key, in row) => visit(key, row.Row));

    protected override void Declare(StepDeclaration declare) => _rows = declare.State<TKey, VersionedRow<TOut>>("rows");
}

/// <summary>A result with the version of its left row.</summary>
[DataflowRecord]
internal readonly record struct VersionedRow<TRow>([property: Key(0)] long Version, [property: Key(1)] TRow Row);
