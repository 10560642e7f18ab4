using System.ComponentModel;

namespace Dataflow.Vectors;

/// <summary>The verbs of vector indexes, as extension members of tables.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class IndexVerbs
{
    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Adds the vector of each row to an index, replaces it when the row changes, and removes it when the row is
        /// deleted.</summary>
        /// <remarks>The index is in memory only and filled anew at each start, from the table's rows in the last checkpoint. A row without
        /// a valid vector (an error of <paramref name="vector"/>, another length, a number that is not finite) is rejected, and the key is
        /// removed from the index.</remarks>
        /// <param name="index">The index; for this table alone, in one job at a time. It must outlive the job.</param>
        /// <param name="vector">Selects the vector of a row, which must not change later; called on the task's thread, and again at a
        /// start.</param>
        /// <param name="name">Name shown in the plan, in metrics and in errors.</param>
        /// <example><code>
        /// using var index = VectorIndex.Exact&lt;string, (string Name, float[] Taste)>(dimensions: 2);
        /// pipeline.Table(Source.Of(input, "drinks"), drink => drink.Name)
        ///     .ToIndex(index, drink => drink.Taste);
        /// </code></example>
        public void ToIndex(VectorIndex<TKey, TRow> index, Func<TRow, float[]> vector, string name = "index")
        {
            ArgumentNullException.ThrowIfNull(index);
            ArgumentNullException.ThrowIfNull(vector);
            ArgumentException.ThrowIfNullOrEmpty(name);
            table.Changes().Add(input => new IndexNode<TKey, TRow>(name, input, index, vector, table));
        }
    }
}

internal sealed record IndexNode<TKey, TRow>(
    string Name, Node<Keyed<TKey, Change<TRow>>> Input, VectorIndex<TKey, TRow> Index, Func<TRow, float[]> Vector, Table<TKey, TRow> Table)
    : Node<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>(Name, Input)
    where TKey : notnull
{
    public override bool MayBeShared => false;

    public override string Detail => Index.ToString();

    public override bool IsEnd => true;

    public override Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>> CreateOperator()
        => new IndexOperator<TKey, TRow>(Index, Vector, Table);
}

internal sealed class IndexOperator<TKey, TRow>(VectorIndex<TKey, TRow> index, Func<TRow, float[]> vector, Table<TKey, TRow> table)
    : Operator<Keyed<TKey, Change<TRow>>, Keyed<TKey, Change<TRow>>>
    where TKey : notnull
{
    private IndexLease<TKey, TRow> _lease = null!; // set by Open, as the part
    private IndexPart<TKey, TRow> _part = null!;

    public override void Process(in Record<Keyed<TKey, Change<TRow>>> record)
    {
        index.CheckIsOpen();
        var (key, change) = record.Value;
        float[]? numbers;
        try
        {
            numbers = change.HasNew ? VectorOf(change.New) : null;
        }
        catch (Exception error)
        {
            _part.Remove(key);
            Reject(error, in record);
            return;
        }

        if (numbers is null) _part.Remove(key);
        else _part.Put(key, Utf8.KeepIn(change.New!), numbers);
        Emit(in record);
    }

    protected override void Open()
    {
        _lease = Context.Shared(() => index.Lend(Context.Workers));
        _part = _lease.Parts[Context.Worker];
        Fill();
    }

    private void Fill()
    {
        table.RowsIn(Context)?.ForEach((key, row) =>
        {
            float[] numbers;
            try
            {
                numbers = VectorOf(row);
            }
            catch (Exception)
            {
                return; // the row was rejected when it came
            }

            _part.Put(key, row, numbers);
        });
        _lease.PartFilled();
    }

    private float[] VectorOf(TRow row)
    {
        var numbers = vector(row) ?? throw new ArgumentException("The row has no vector (null).");
        index.Check(numbers);
        return numbers;
    }
}
