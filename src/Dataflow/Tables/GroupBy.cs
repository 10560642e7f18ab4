using Dataflow.Tables;

namespace Dataflow;

static partial class Verbs
{
    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Groups the rows by another key, ready for an aggregate.</summary>
        /// <remarks>A changed row leaves its old group and enters the new one; between two workers, for a moment neither or both may have
        /// it.</remarks>
        /// <param name="key">Selects the group of a row; called on the task's thread for the old row and for the new one.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// items.GroupBy(item => item.Shelf)
        ///     .Aggregate(a => a.Count(), (shelf, count) => $"{count} items", "items-of-shelf")
        ///     .PrintChanges();
        /// </code></example>
        public GroupedTable<TGroup, TRow> GroupBy<TGroup>(Func<TRow, TGroup> key, string name = "group-by")
            where TGroup : notnull
        {
            ArgumentNullException.ThrowIfNull(key);
            var trials = new List<Func<Action<TRow>>>();
            var rows = table.Changes().AddChangingKeys(input => new GroupByNode<TKey, TRow, TGroup>(name, input, key, trials));
            return new RowsInGroups<TKey, TRow, TGroup>(rows, trials).ToGrouped();
        }
    }
}

/// <summary>The rows of a table grouped by another key, ready for an aggregate.</summary>
public sealed class GroupedTable<TKey, TRow> : IGrouped<TKey, TRow, TableAggregates<TRow>>
    where TKey : notnull
{
    private readonly IRowsInGroups<TKey, TRow> _rows;

    internal GroupedTable(IRowsInGroups<TKey, TRow> rows) => _rows = rows;

    TableAggregates<TRow> IGrouped<TKey, TRow, TableAggregates<TRow>>.Aggregates => new();

    Table<TKey, TOut> IGrouped<TKey, TRow, TableAggregates<TRow>>.Add<TR, TOut>(
        string name, Aggregation<TRow, TR> aggregation, Func<TKey, TR, TOut> result)
    {
        if (!aggregation.CanRetract)
        {
            throw new ArgumentException(
                $"Aggregate '{aggregation.Name}' cannot take back the rows that change. Use one of TableAggregates, or override "
                + "CanRetract and Retract.", nameof(aggregation));
        }

        return _rows.Aggregate(name, aggregation, result);
    }
}

/// <summary>Rows by their groups, for any key of their table.</summary>
internal interface IRowsInGroups<TGroup, TRow>
    where TGroup : notnull
{
    Table<TGroup, TOut> Aggregate<TR, TOut>(string name, Aggregation<TRow, TR> aggregation, Func<TGroup, TR, TOut> result);
}

/// <param name="rows">The changes of the rows by group, each with the row's own key.</param>
/// <param name="trials">Creates the trials of each aggregate, for a row before it is sent to its group.</param>
internal sealed class RowsInGroups<TKey, TRow, TGroup>(
    KeyedStream<TGroup, Keyed<TKey, Change<TRow>>> rows, List<Func<Action<TRow>>> trials) : IRowsInGroups<TGroup, TRow>
    where TKey : notnull
    where TGroup : notnull
{
    public GroupedTable<TGroup, TRow> ToGrouped() => new(this);

    public Table<TGroup, TOut> Aggregate<TR, TOut>(string name, Aggregation<TRow, TR> aggregation, Func<TGroup, TR, TOut> result)
    {
        trials.Add(() => aggregation.Accept(new Trial<TRow, TR>()));
        var changes = rows.Add(input => aggregation.Accept(
            new AggregateTableNodeOf<TGroup, TKey, TRow, TR, TOut>(name, input, result)));
        return new Table<TGroup, TOut>(changes, name);
    }
}

/// <summary>Opens a trial for one thread: it throws for a value that cannot be added, and keeps nothing.</summary>
internal sealed class Trial<T, TR> : IAggregationVisitor<T, TR, Action<T>>
{
    public Action<T> Visit<TA>(Aggregation<T, TA, TR> aggregation)
    {
        var (intake, empty) = (aggregation.OpenIntake(), aggregation.Create());
        return value =>
        {
            intake.Add(ref empty, in value);
            intake.Undo(ref empty);
        };
    }
}

internal sealed record GroupByNode<TKey, TRow, TGroup>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, Func<TRow, TGroup> Key, IReadOnlyList<Func<Action<TRow>>> Trials)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TGroup, Keyed<TKey, Change<TRow>>>>(Name, Input)
    where TKey : notnull
    where TGroup : notnull
{
    public override void CheckTypes() => _ = KeyCodec<TGroup>.Default;

    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TGroup, Keyed<TKey, Change<TRow>>>> CreateOperator()
        => new GroupByOperator<TKey, TRow, TGroup>(Key, Trials);
}

/// <summary>Sends each row to its group, and withdraws it from its previous group.</summary>
/// <remarks>Where failing records are rejected, the aggregates try each new row here already: once the old row has left its group it is too
/// late to reject the new one in another group, of another worker.</remarks>
internal sealed class GroupByOperator<TKey, TRow, TGroup>(Func<TRow, TGroup> key, IReadOnlyList<Func<Action<TRow>>> trials)
    : RowOperator<TKey, TRow, (TGroup From, TGroup To), Keyed<TGroup, Keyed<TKey, Change<TRow>>>>
    where TKey : notnull
    where TGroup : notnull
{
    private Action<TRow>[] _trials = [];

    protected override void Open()
    {
        base.Open();
        if (Context.KeepsRejected) _trials = [.. trials.Select(static open => open())];
    }

    protected override (TGroup From, TGroup To) Make(in Change<TRow> change)
    {
        if (change.HasNew)
        {
            foreach (var trial in _trials) trial(change.New);
        }

        return (change.HasOld ? GroupOf(change.Old) : default!, change.HasNew ? GroupOf(change.New) : default!);
    }

    protected override void Send(in Record<Keyed<TKey, Change<TRow>>> record, in Change<TRow> change, (TGroup From, TGroup To) made)
    {
        if (change.Kind == ChangeKind.Update && !EqualityComparer<TGroup>.Default.Equals(made.From, made.To))
        {
            Send(in record, made.From, Change<TRow>.Delete(change.Old!));
            Send(in record, made.To, Change<TRow>.Insert(change.New!));
            return;
        }

        Send(in record, change.HasNew ? made.To : made.From, change);
    }

    private void Send(in Record<Keyed<TKey, Change<TRow>>> record, TGroup group, Change<TRow> change)
        => Emit(record.With(new Keyed<TGroup, Keyed<TKey, Change<TRow>>>(group, new(record.Value.Key, change))));

    private TGroup GroupOf(TRow row) => Context.CheckKey(key(row));
}
