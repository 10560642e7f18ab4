using Dataflow.Planning;
using Dataflow.Tables;

namespace Dataflow;

/// <summary>Groups the rows of a table by another key.</summary>
public static class GroupByStep
{
    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>The rows by another key, waiting for what to compute of each group.</summary>
        /// <remarks>A row that changes leaves its group and enters one; between two workers a group may for a moment have
        /// it in neither or both.</remarks>
        /// <param name="key">The group of a row; called on the task's thread for the old row and for the new one.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        public GroupedTable<TGroup, TRow> GroupBy<TGroup>(Func<TRow, TGroup> key, string name = "group-by")
            where TGroup : notnull
        {
            ArgumentNullException.ThrowIfNull(key);
            return new(new KeyedStream<TGroup, Delta<TRow>>(
                table.Changes().Pairs.Add(input => new GroupByNode<TKey, TRow, TGroup>(name, input, key)), isPartitioned: false));
        }
    }
}

/// <summary>The rows of a table by another key, waiting for what to compute of each group.</summary>
public sealed class GroupedTable<TKey, TRow> : IGrouped<TKey, TRow, TableAggregates<TRow>>
    where TKey : notnull
{
    private readonly KeyedStream<TKey, Delta<TRow>> _rows;

    internal GroupedTable(KeyedStream<TKey, Delta<TRow>> rows) => _rows = rows;

    TableAggregates<TRow> IGrouped<TKey, TRow, TableAggregates<TRow>>.Aggregates => new();

    Table<TKey, TOut> IGrouped<TKey, TRow, TableAggregates<TRow>>.Add<TA, TR, TOut>(
        string name, Aggregation<TRow, TA, TR> aggregation, Func<TKey, TR, TOut> result)
    {
        if (!aggregation.CanRetract)
        {
            throw new ArgumentException(
                $"Aggregate '{aggregation.Name}' cannot take back the rows that change. Use one of TableAggregates, or override "
                + "CanRetract and Retract.", nameof(aggregation));
        }

        var changes = _rows.Add(input => new AggregateTableNode<TKey, TRow, TA, TR, TOut>(name, input, aggregation, result));
        return new Table<TKey, TOut>(changes, name, Rows<TKey, TOut>.Of(changes.Pairs.Node));
    }
}

/// <summary>A row that enters a group or leaves it.</summary>
internal readonly record struct Delta<TRow>(TRow Row, bool Leaves);

internal sealed record GroupByNode<TKey, TRow, TGroup>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, TGroup> Key)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TGroup, Delta<TRow>>>(Name, Input)
    where TKey : notnull
    where TGroup : notnull
{
    internal override void CheckTypes() => _ = State.KeyCodec<TGroup>.Default;

    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TGroup, Delta<TRow>>> CreateOperator()
        => new GroupByOperator<TKey, TRow, TGroup>(Key);
}

internal sealed class GroupByOperator<TKey, TRow, TGroup>(Func<TRow, TGroup> key)
    : Operator<Keyed<TKey, Change<TRow>>, Keyed<TGroup, Delta<TRow>>>
    where TKey : notnull
    where TGroup : notnull
{
    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        var change = record.Value.Value;
        TGroup from = default!, to = default!;
        try
        {
            if (change.HasOld) from = key(change.Old) ?? throw new InvalidOperationException("The key is null.");
            if (change.HasNew) to = key(change.New) ?? throw new InvalidOperationException("The key is null.");
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (change.HasOld) Emit(record.With(new Keyed<TGroup, Delta<TRow>>(from, new(change.Old, Leaves: true))));
        if (change.HasNew) Emit(record.With(new Keyed<TGroup, Delta<TRow>>(to, new(change.New, Leaves: false))));
    }
}
