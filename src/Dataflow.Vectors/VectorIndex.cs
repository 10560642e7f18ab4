using System.Diagnostics.CodeAnalysis;
using Dataflow.Vectors;

namespace Dataflow;

/// <summary>Makes indexes of vectors.</summary>
public static class VectorIndex
{
    /// <summary>An index that compares with every vector: always right, in time proportional to their number.</summary>
    /// <remarks>A search holds up no writer and no other search.</remarks>
    /// <param name="dimensions">How many numbers each vector has.</param>
    public static VectorIndex<TKey, TRow> Exact<TKey, TRow>(int dimensions)
        where TKey : notnull
        => new($"exact, {dimensions} numbers", dimensions, static _ => new ExactPart<TKey, TRow>());

    /// <summary>An index that follows a graph of near vectors: for many, where nearly always right will do.</summary>
    /// <remarks>Y. Malkov and D. Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
    /// small world graphs", 2016, as in the library USearch. Each worker keeps a graph of its own keys; on each of them a search
    /// and a writer wait for one another. A restart builds the graphs anew.</remarks>
    /// <param name="dimensions">How many numbers each vector has.</param>
    public static VectorIndex<TKey, TRow> Hnsw<TKey, TRow>(int dimensions)
        where TKey : notnull
        => new($"HNSW, {dimensions} numbers", dimensions, static dimensions => new HnswPart<TKey, TRow>(dimensions));
}

/// <summary>The vectors of a table's rows, kept as a running job has them, and searched from any thread.</summary>
/// <remarks>Filled by <c>table.ToIndex(index, …)</c> in one job at a time. It shows what the job has computed, also what the next
/// checkpoint is still to make durable, and stays searchable when the job has ended.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "An index in the field's sense.")]
public sealed class VectorIndex<TKey, TRow> : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly string _text;
    private readonly Func<int, IndexPart<TKey, TRow>> _create;
    private volatile IndexPart<TKey, TRow>?[] _parts = [];
    private TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _toFill;

    internal VectorIndex(string text, int dimensions, Func<int, IndexPart<TKey, TRow>> create)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        _text = text;
        _create = create;
        Dimensions = dimensions;
    }

    /// <summary>How many numbers each vector has.</summary>
    public int Dimensions { get; }

    /// <summary>How many vectors there are.</summary>
    public long Count => _parts.Sum(part => part?.Count ?? 0);

    /// <summary>Completes when a job that was started holds here what its last checkpoint knew; before, searches find a part of it.</summary>
    public Task Filled
    {
        get
        {
            lock (_gate) return _filled.Task;
        }
    }

    /// <summary>The rows with the vectors most like one, the most like first.</summary>
    /// <param name="vector">What to compare with.</param>
    /// <param name="count">The most to find.</param>
    /// <exception cref="ArgumentException">The vector has another length than the index's.</exception>
    public IReadOnlyList<Neighbour<TKey, TRow>> Search(ReadOnlySpan<float> vector, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Check(vector);
        var nearest = new Nearest<TKey, TRow>(count);
        foreach (var part in _parts) part?.Search(vector, nearest);
        return nearest.ToList();
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>Releases the memory of HNSW graphs. The job must have ended.</summary>
    public void Dispose()
    {
        foreach (var part in _parts) part?.Dispose();
        _parts = [];
    }

    internal void Check(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
        {
            throw new ArgumentException(
                $"The vector has {vector.Length} numbers; the index holds vectors of {Dimensions}. Use one model for both.");
        }
    }

    /// <summary>Begins anew for a worker of a job that is being opened.</summary>
    internal IndexPart<TKey, TRow> Open(int worker, int workers)
    {
        lock (_gate)
        {
            if (_parts.Length != workers || _parts[worker] is not null) Begin(workers);
            return _parts[worker] = _create(Dimensions);
        }
    }

    /// <summary>Learns that a worker's part holds what the last checkpoint knew.</summary>
    internal void PartFilled()
    {
        lock (_gate)
        {
            if (--_toFill == 0) _filled.TrySetResult();
        }
    }

    private void Begin(int workers)
    {
        Dispose();
        _parts = new IndexPart<TKey, TRow>?[workers];
        _toFill = workers;
        if (_filled.Task.IsCompleted) _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A row that a search found.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Row">The row as it was when its vector was put into the index.</param>
/// <param name="Similarity">The dot product with what was searched: for vectors of length 1 the cosine of the angle between them.</param>
public readonly record struct Neighbour<TKey, TRow>(TKey Key, TRow Row, float Similarity);
