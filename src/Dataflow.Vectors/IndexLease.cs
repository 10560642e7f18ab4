namespace Dataflow.Vectors;

/// <summary>A job's exclusive use of an index that it fills, until the job has ended.</summary>
internal sealed class IndexLease<TKey, TRow>(VectorIndex<TKey, TRow> index, IReadOnlyList<IndexPart<TKey, TRow>> parts) : IAsyncDisposable
    where TKey : notnull
{
    private int _toFill = parts.Count;

    public IReadOnlyList<IndexPart<TKey, TRow>> Parts => parts;

    /// <summary>Records that a worker's part holds the rows of the last checkpoint.</summary>
    public void PartFilled()
    {
        if (Interlocked.Decrement(ref _toFill) == 0) index.AllFilled();
    }

    public ValueTask DisposeAsync()
    {
        index.Return();
        return default;
    }
}
