using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;

namespace Dataflow.Vectors;

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
/// checkpoint is still to make durable, and stays searchable when the job has ended and while the next one fills it.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "An index in the field's sense.")]
public sealed class VectorIndex<TKey, TRow> : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly string _text;
    private readonly Func<int, IndexPart<TKey, TRow>> _create;
    private volatile IReadOnlyList<IndexPart<TKey, TRow>> _parts = [];
    private TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isLent;
    private volatile bool _isDisposed;

    internal VectorIndex(string text, int dimensions, Func<int, IndexPart<TKey, TRow>> create)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        _text = text;
        _create = create;
        Dimensions = dimensions;
    }

    /// <summary>How many numbers each vector has.</summary>
    public int Dimensions { get; }

    /// <summary>How many keys have a vector.</summary>
    public long Count => _parts.Sum(static part => part.Count);

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
    /// <exception cref="ArgumentException">The vector has another length than the index's, or cannot be compared: it has a number that
    /// is not finite, or its square is beyond a float's range.</exception>
    /// <exception cref="ObjectDisposedException">The index is disposed, or was while this searched.</exception>
    public IReadOnlyList<Neighbour<TKey, TRow>> Search(ReadOnlySpan<float> vector, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Check(vector);
        var nearest = new Nearest<TKey, TRow>(count);
        foreach (var part in _parts) part.Search(vector, nearest);
        CheckIsOpen();
        return nearest.ToList();
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>Releases the memory of HNSW graphs, after the searches that use it. A job that still fills the index fails at its next
    /// row.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Replace([]);
            _filled.TrySetException(new ObjectDisposedException(GetType().Name));
        }
    }

    internal void CheckIsOpen() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <summary>Sees that a vector can be compared with others.</summary>
    internal void Check(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
        {
            throw new ArgumentException(
                $"The vector has {vector.Length} numbers; the index holds vectors of {Dimensions}. Use one model for both.");
        }

        // Where the squares of two vectors are finite their product is, too (Cauchy-Schwarz).
        if (float.IsFinite(TensorPrimitives.Dot(vector, vector))) return;
        throw new ArgumentException(TensorPrimitives.IsFiniteAll(vector)
            ? "The vector is too long: its dot product with itself is beyond a float's range. Scale it, for example to length 1."
            : "The vector has a number that is not finite. Look at the model that made it.");
    }

    /// <summary>Begins anew for a job that is being opened.</summary>
    /// <exception cref="InvalidOperationException">Another one, or another step, fills the index.</exception>
    internal IndexLease<TKey, TRow> Lend(int workers)
    {
        lock (_gate)
        {
            CheckIsOpen();
            if (_isLent)
            {
                throw new InvalidOperationException(
                    $"The index ({_text}) is filled by a step of a job that runs. "
                    + "Give each ToIndex an index of its own, or stop the job before another one begins.");
            }

            _isLent = true;
            if (_filled.Task.IsCompleted) _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var parts = Enumerable.Range(0, workers).Select(_ => _create(Dimensions)).ToList();
            Replace(parts);
            return new IndexLease<TKey, TRow>(this, parts);
        }
    }

    internal void AllFilled()
    {
        lock (_gate) _filled.TrySetResult();
    }

    internal void Return()
    {
        lock (_gate) _isLent = false;
    }

    private void Replace(IReadOnlyList<IndexPart<TKey, TRow>> parts)
    {
        var before = _parts;
        _parts = parts;
        foreach (var part in before) part.Dispose();
    }
}

/// <summary>A row that a search found.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Row">The row as it was when its vector was put into the index.</param>
/// <param name="Similarity">The dot product with what was searched: for vectors of length 1 the cosine of the angle between them.</param>
public readonly record struct Neighbour<TKey, TRow>(TKey Key, TRow Row, float Similarity);
