namespace Dataflow.Vectors;

/// <summary>The vectors of one worker's keys. One thread writes; any may search meanwhile.</summary>
internal abstract class IndexPart<TKey, TRow> : IDisposable
    where TKey : notnull
{
    public abstract int Count { get; }

    /// <summary>Adds a vector or replaces the key's. The array is kept.</summary>
    public abstract void Put(TKey key, TRow row, float[] vector);

    public abstract void Remove(TKey key);

    /// <summary>Offers all vectors, or the most like ones, that are there before, during and after the search.</summary>
    public abstract void Search(ReadOnlySpan<float> vector, Nearest<TKey, TRow> nearest);

    public abstract void Dispose();
}
