using Cloud.Unum.USearch;

namespace Dataflow.Vectors;

/// <summary>Vectors in a graph of the native library, which knows them by numbers of ours.</summary>
/// <remarks>The library lets as many threads search as it was told beforehand, and none while one writes: so one at a time here.</remarks>
internal sealed class HnswPart<TKey, TRow>(int dimensions) : IndexPart<TKey, TRow>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly USearchIndex _graph = new(MetricKind.Ip, ScalarKind.Float32, (ulong)dimensions);
    private readonly Dictionary<TKey, ulong> _numbers = [];
    private readonly Dictionary<ulong, (TKey Key, TRow Row)> _rows = [];
    private ulong _last;

    public override int Count
    {
        get
        {
            lock (_gate) return _numbers.Count;
        }
    }

    public override void Put(TKey key, TRow row, float[] vector)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(key, out var number))
            {
                _graph.Remove(number);
            }
            else
            {
                _numbers.Add(key, number = ++_last);
            }

            _rows[number] = (key, row);
            _graph.Add(number, vector);
        }
    }

    public override void Remove(TKey key)
    {
        lock (_gate)
        {
            if (!_numbers.Remove(key, out var number)) return;
            _rows.Remove(number);
            _graph.Remove(number);
        }
    }

    public override void Search(ReadOnlySpan<float> vector, Nearest<TKey, TRow> nearest)
    {
        lock (_gate)
        {
            if (_numbers.Count == 0) return;
            var found = _graph.Search(vector.ToArray(), Math.Min(nearest.Count, _numbers.Count), out var numbers, out var distances);
            for (var i = 0; i < found; i++)
            {
                var (key, row) = _rows[numbers[i]];
                nearest.Offer(key, row, 1 - distances[i]);
            }
        }
    }

    public override void Dispose()
    {
        lock (_gate) _graph.Dispose();
    }
}
