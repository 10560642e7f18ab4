namespace Dataflow.Vectors;

/// <summary>What a job has of an index while it fills it: nobody else may, before the job has ended.</summary>
internal sealed class IndexLease<TKey, TRow>(VectorIndex<TKey, TRow> index, IReadOnlyList<IndexPart<TKey, TRow>> parts) : IAsyncDisposable
    where TKey : notnull
{
    private int _toFill = parts.Count;

    public IReadOnlyList<IndexPart<TKey, TRow>> Parts => parts;

    /// <summary>Learns that a worker's part holds what the last checkpoint knew.</summary>
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
