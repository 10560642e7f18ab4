using Cloud.Unum.USearch;

namespace Dataflow.Vectors;

/// <summary>Vectors in a graph of the native library, identified by our own numbers.</summary>
/// <remarks>The library lets as many threads search as it was told beforehand, and none while one writes: so only one at a time here, and
/// none once the graph is freed. A vector is in the graph once, however many keys have it: equal vectors would be linked only to one
/// another, so that others could not be found any more.</remarks>
internal sealed class HnswPart<TKey, TRow>(int dimensions) : IndexPart<TKey, TRow>
    where TKey : notnull
{
    // With the library's own numbers, 16, 128 and 64, a search for a random vector among 5,000 random ones of 64 numbers finds 0.90 of
    // the nearest, with these more than 0.99.
    private const ulong Neighbours = 32, LookedAtWhenAdding = 128, LookedAtWhenSearching = 128;

    private readonly Lock _gate = new();
    private readonly USearchIndex _graph = new(
        MetricKind.Ip, ScalarKind.Float32, (ulong)dimensions, Neighbours, LookedAtWhenAdding, LookedAtWhenSearching);
    private readonly Dictionary<TKey, LinkedListNode<KeyRow>> _keys = [];
    private readonly Dictionary<UInt128, SharedVector> _vectors = [];
    private readonly Dictionary<ulong, SharedVector> _numbers = [];
    private ulong _last;
    private bool _isDisposed;

    public override int Count
    {
        get
        {
            lock (_gate) return _keys.Count;
        }
    }

    public override void Put(TKey key, TRow row, float[] vector)
    {
        var hash = VectorHash.Of(vector);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_keys.TryGetValue(key, out var known))
            {
                if (known.Value.Vector.Hash == hash)
                {
                    known.ValueRef = known.Value with { Row = row };
                    return;
                }

                Take(known.Value);
            }

            if (!_vectors.TryGetValue(hash, out var shared)) shared = Add(hash, vector);
            _keys[key] = shared.Rows.AddLast(new KeyRow(key, row, shared));
        }
    }

    public override void Remove(TKey key)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_keys.TryGetValue(key, out var known)) Take(known.Value);
        }
    }

    public override void Search(ReadOnlySpan<float> vector, Nearest<TKey, TRow> nearest)
    {
        lock (_gate)
        {
            if (_isDisposed || _numbers.Count == 0) return;
            var found = _graph.Search(vector.ToArray(), Math.Min(nearest.Count, _numbers.Count), out var numbers, out var distances);
            for (var i = 0; i < found; i++)
                foreach (var (key, row, _) in _numbers[numbers[i]].Rows.Take(nearest.Count)) nearest.Offer(key, row, 1 - distances[i]);
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _graph.Dispose();
        }
    }

    private SharedVector Add(UInt128 hash, float[] vector)
    {
        var shared = new SharedVector(++_last, hash);
        _graph.Add(shared.Number, vector);
        _numbers.Add(shared.Number, shared);
        _vectors.Add(hash, shared);
        return shared;
    }

    /// <summary>Removes a key, and its vector with the last key that has it.</summary>
    private void Take(KeyRow row)
    {
        _keys.Remove(row.Key, out var place);
        row.Vector.Rows.Remove(place!);
        if (row.Vector.Rows.Count > 0) return;
        _graph.Remove(row.Vector.Number);
        _numbers.Remove(row.Vector.Number);
        _vectors.Remove(row.Vector.Hash);
    }

    private readonly record struct KeyRow(TKey Key, TRow Row, SharedVector Vector);

    /// <summary>A vector of the graph, shared by the keys that have it.</summary>
    private sealed record SharedVector(ulong Number, UInt128 Hash)
    {
        public LinkedList<KeyRow> Rows { get; } = [];
    }
}
