namespace Dataflow;

static partial class Verbs
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Keeps the record of each key with the greatest <paramref name="by"/>; of equal ones the last to arrive.</summary>
        /// <remarks>Each record that replaces another is a change at once. <c>ToTable</c> keeps the last to arrive.</remarks>
        /// <param name="by">Selects a time or version of the record; called on the task's thread.</param>
        /// <param name="name">Names the state; give one where a pipeline has two.</param>
        /// <example><code>
        /// orders.LatestBy(order => order.Time, "by-time").Select(order => $"{order.Item} (by time)").PrintChanges("by-time");
        /// </code></example>
        public Table<TKey, T> LatestBy<TBy>(Func<T, TBy> by, string name = "latest-by")
            where TBy : IComparable<TBy>
        {
            ArgumentNullException.ThrowIfNull(by);
            var changes = stream.Add(input => new LatestByNode<TKey, T, TBy>(name, input, by));
            return new Table<TKey, T>(changes, name);
        }
    }
}

internal sealed record LatestByNode<TKey, T, TBy>(string Name, Node<Keyed<TKey, T>> Input, Func<T, TBy> By)
    : Node<Keyed<TKey, T>, Keyed<TKey, Change<T>>>(Name, Input)
    where TKey : notnull
    where TBy : IComparable<TBy>
{
    public override string StateSignature => "latest by";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, Change<T>>> CreateOperator() => new LatestByOperator<TKey, T, TBy>(By);
}

internal sealed class LatestByOperator<TKey, T, TBy>(Func<T, TBy> by)
    : Operator<Keyed<TKey, T>, Keyed<TKey, Change<T>>>, ITableRows<TKey, T>
    where TKey : notnull
    where TBy : IComparable<TBy>
{
    private KeyedState<TKey, T> _rows = null!;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var (key, value) = record.Value;
        ref var row = ref _rows.Update(key, out var exists);
        var old = row;
        try
        {
            var at = by(value);
            // The first is compared with itself: a value that cannot be compared must not be the row.
            if (at.CompareTo(exists ? by(old) : at) < 0 && exists) return;
            if (exists && RowEquality<T>.AreSame(old, value)) return;
            Context.CheckKept(value);
        }
        catch (Exception error)
        {
            if (!exists) _rows.Remove(key);
            Reject(error, in record);
            return;
        }

        row = value;
        Emit(record.With(new Keyed<TKey, Change<T>>(key, exists ? Change<T>.Update(old, value) : Change<T>.Insert(value))));
    }

    public bool TryGet(TKey key, out T row) => _rows.TryGet(key, out row);

    public void ForEach(Action<TKey, T> visit) => _rows.ForEach(visit, static (visit, key, in row) => visit(key, row));

    protected override void Declare(StepDeclaration declare) => _rows = declare.State<TKey, T>("rows");
}
