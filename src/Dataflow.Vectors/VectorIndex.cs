using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;

namespace Dataflow.Vectors;

/// <summary>Creates vector indexes.</summary>
public static class VectorIndex
{
    /// <summary>Creates an index that compares with every vector: exact, in time proportional to their number.</summary>
    /// <remarks>A search delays no writer and no other search.</remarks>
    /// <param name="dimensions">The number of dimensions of each vector.</param>
    public static VectorIndex<TKey, TRow> Exact<TKey, TRow>(int dimensions)
        where TKey : notnull
        => new($"exact, {dimensions} numbers", dimensions, static _ => new ExactPart<TKey, TRow>());

    /// <summary>Creates an index that follows a graph of near vectors: approximate, for many vectors.</summary>
    /// <remarks>Y. Malkov and D. Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
    /// small world graphs", 2016, as in the library USearch. Each worker keeps a graph of its own keys; on each of them a search
    /// and a writer wait for one another. A restart builds the graphs anew.</remarks>
    /// <param name="dimensions">The number of dimensions of each vector.</param>
    public static VectorIndex<TKey, TRow> Hnsw<TKey, TRow>(int dimensions)
        where TKey : notnull
        => new($"HNSW, {dimensions} numbers", dimensions, static dimensions => new HnswPart<TKey, TRow>(dimensions));
}

/// <summary>The vectors of a table's rows, kept up to date by a running job, and searched from any thread.</summary>
/// <remarks>Filled by <c>table.ToIndex(index, …)</c> in one job at a time. It shows the job's current results, including those that the
/// next checkpoint has still to make durable, and stays searchable after the job has ended and while the next one fills it.</remarks>
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

    /// <summary>The number of dimensions of each vector.</summary>
    public int Dimensions { get; }

    /// <summary>The number of keys that have a vector.</summary>
    public long Count => _parts.Sum(static part => part.Count);

    /// <summary>Completes when a started job has added the rows of its last checkpoint; until then, searches find only a part of
    /// them.</summary>
    public Task Filled
    {
        get
        {
            lock (_gate) return _filled.Task;
        }
    }

    /// <summary>Finds the rows with the most similar vectors, the most similar first.</summary>
    /// <param name="vector">The vector to compare with.</param>
    /// <param name="count">The largest number of rows to find.</param>
    /// <exception cref="ArgumentException">The vector has another length than the index's, or cannot be compared: it has a number that
    /// is not finite, or its square is beyond a float's range.</exception>
    /// <exception cref="ObjectDisposedException">The index is disposed, or was disposed during the search.</exception>
    public IReadOnlyList<Neighbour<TKey, TRow>> Search(ReadOnlySpan<float> vector, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Check(vector);
        var nearest = new Nearest<TKey, TRow>(count);
        foreach (var part in _parts) part.Search(vector, nearest);
        CheckIsOpen();
        return nearest.ToList();
    }

    /// <summary>Makes the index something to search in, for <see cref="Pipeline.Offer"/>.</summary>
    /// <param name="name">The name, unique in its pipeline.</param>
    /// <param name="embed">Makes the vector of a question, with the model that made those of the rows.</param>
    /// <param name="count">The largest number of rows to find.</param>
    public Lookup ToLookup(string name, Func<string, float[]> embed, int count = 10)
    {
        ArgumentNullException.ThrowIfNull(embed);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new IndexLookup<TKey, TRow>(name, this, embed, count);
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>Frees the memory of HNSW graphs, after the searches that use it. A job that still fills the index fails at its next
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

    /// <summary>Throws unless a vector can be compared with others.</summary>
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

    /// <summary>Clears the index for a job that is being opened.</summary>
    /// <exception cref="InvalidOperationException">Another job, or another step, fills the index.</exception>
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
/// <param name="Key">The row's key.</param>
/// <param name="Row">The row as it was when its vector was put into the index.</param>
/// <param name="Similarity">The dot product with the searched vector: for vectors of length 1 the cosine of the angle between them.</param>
public readonly record struct Neighbour<TKey, TRow>(TKey Key, TRow Row, float Similarity);
