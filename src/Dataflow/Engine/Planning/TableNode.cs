namespace Dataflow.Planning;

/// <summary>Keeps the latest row of each key and emits how it changed. A table of bounded sources is read before streams start.</summary>
internal sealed record TableNode<TKey, TRow>(string Name, Node<Keyed<TKey, Change<TRow>>> Input)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>(Name, Input)
    where TKey : notnull
{
    internal override bool IsTimeless => true;

    internal override Node? ReadFirst => IsReadFirst ? Input : null;

    private bool IsReadFirst => PlanCheck.SourcesOf(this).All(source => source.IsBounded && source.FeedsTable);

    public override string StateSignature => "table";

    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>> CreateOperator()
        => new TableOperator<TKey, TRow>(IsReadFirst);
}

internal sealed class TableOperator<TKey, TRow>(bool isReadFirst)
    : Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>, ITableRows<TKey, TRow>
    where TKey : notnull
{
    private KeyedState<TKey, TRow> _rows = null!;

    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        var key = record.Value.Key;
        if (record.Value.Value.HasNew)
        {
            if (!MayKeep(in record, record.Value.Value.New)) return;
            ref var row = ref _rows.Update(key, out var exists);
            var old = row;
            if (exists && RowEquality<TRow>.AreSame(old, record.Value.Value.New)) return;
            row = record.Value.Value.New;
            Emit(record.With(new Keyed<TKey, Change<TRow>>(key, exists ? Change<TRow>.Update(old, row) : Change<TRow>.Insert(row))));
        }
        else if (_rows.TryGet(key, out var old))
        {
            _rows.Remove(key);
            Emit(record.With(new Keyed<TKey, Change<TRow>>(key, Change<TRow>.Delete(old))));
        }
    }

    public override void Advance(long watermark)
    {
        base.Advance(watermark);
        if (isReadFirst && watermark == long.MaxValue) Context.InputLoaded();
    }

    public bool TryGet(TKey key, out TRow row) => _rows.TryGet(key, out row);

    public void ForEach(Action<TKey, TRow> visit) => _rows.ForEach(visit, static (visit, key, in row) => visit(key, row));

    protected override void Declare(StepDeclaration declare) => _rows = declare.State<TKey, TRow>("rows");
}
