namespace Dataflow.Vectors;

/// <summary>The vectors of one worker's keys. One thread writes; any thread may search meanwhile.</summary>
internal abstract class IndexPart<TKey, TRow> : IDisposable
    where TKey : notnull
{
    public abstract int Count { get; }

    /// <summary>Adds a vector or replaces the key's. The array may be kept: it must not change.</summary>
    public abstract void Put(TKey key, TRow row, float[] vector);

    public abstract void Remove(TKey key);

    /// <summary>Offers the most similar vectors, or all, to <paramref name="nearest"/>: those that are present during the whole search;
    /// none once it is disposed.</summary>
    public abstract void Search(ReadOnlySpan<float> vector, Nearest<TKey, TRow> nearest);

    /// <summary>Frees native memory, after the call that uses it.</summary>
    public abstract void Dispose();
}
