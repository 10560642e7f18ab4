using Dataflow;

namespace Stranger.Tables;

internal static class HighestStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>A table with the highest record of each key. The step keeps the rows itself.</summary>
        public Table<TKey, T> Highest(Func<T, long> by, string name = "highest")
            => new(stream.Add(input => new HighestNode<TKey, T>(name, input, by)), name);
    }

    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>The table with another row in the place of each: a verb that keeps nothing.</summary>
        public Table<TKey, TOut> Put<TOut>(Func<TRow, TOut> of, string name = "put")
            => table.Changes().AddStateless(input => new PutNode<TKey, TRow, TOut>(name, input, of)).ToTable($"{name}-table");
    }

    extension<TKey, T, TAggregates>(IGrouped<TKey, T, TAggregates> grouped)
        where TKey : notnull
    {
        /// <summary>Two aggregates of each key and the difference of them: of a keyed stream as of a table's groups.</summary>
        public Table<TKey, long> Difference(
            Func<TAggregates, Aggregation<T, long>> first, Func<TAggregates, Aggregation<T, long>> second, string name = "difference")
            => grouped.Add(
                name,
                first(grouped.Aggregates).And(second(grouped.Aggregates), static (one, other) => one - other),
                static (_, result) => result);
    }
}

internal sealed record HighestNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, Func<T, long> By)
    : Node<Keyed<TKey, T>, Keyed<TKey, Change<T>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, Change<T>>> CreateOperator() => new HighestOperator<TKey, T>(By);
}

internal sealed class HighestOperator<TKey, T>(Func<T, long> by) : Operator<Keyed<TKey, T>, Keyed<TKey, Change<T>>>, ITableRows<TKey, T>
    where TKey : notnull
{
    private KeyedState<TKey, T> _rows = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var (key, value) = record.Value;
        try
        {
            if (_rows.TryGet(key, out var old) && by(old) >= by(value)) return;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (!MayKeep(in record, value)) return;
        ref var row = ref _rows.Update(key, out var exists);
        var change = exists ? Change<T>.Update(row, value) : Change<T>.Insert(value);
        row = value;
        Emit(record.With(new Keyed<TKey, Change<T>>(key, change)));
    }

    public bool TryGet(TKey key, out T row) => _rows.TryGet(key, out row);

    public void ForEach(Action<TKey, T> visit) => _rows.ForEach(visit);

    protected override void Declare(StepDeclaration declare) => _rows = declare.State<TKey, T>("rows");
}

internal sealed record PutNode<TKey, TRow, TOut>(string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, TOut> Of)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new PutOperator<TKey, TRow, TOut>(Of);
}

internal sealed class PutOperator<TKey, TRow, TOut>(Func<TRow, TOut> of) : Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TOut>>>
    where TKey : notnull
{
    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        var (key, change) = record.Value;
        Emit(record.With(new Keyed<TKey, Change<TOut>>(
            key, change.HasNew ? Change<TOut>.Insert(of(change.New)) : Change<TOut>.Delete(of(change.Old)))));
    }
}
