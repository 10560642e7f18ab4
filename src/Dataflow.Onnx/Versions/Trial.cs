using System.Numerics.Tensors;

namespace Dataflow.Onnx.Versions;

/// <summary>Compares which texts two versions find similar, over the last texts that both were given.</summary>
/// <remarks>Safe for any number of threads.</remarks>
internal sealed class Trial(string answers, string tried)
{
    private const int MaxKept = 256;
    private const int Nearest = 10;

    private readonly Lock _gate = new();
    private readonly HashSet<UInt128> _keys = [];
    private readonly List<Pair> _kept = [];
    private readonly float[] _byAnswers = new float[MaxKept];
    private readonly float[] _byTried = new float[MaxKept];
    private int _oldest;
    private long _texts;
    private long _failed;
    private string? _lastError;
    private long _neighboursOf;
    private double _shared;
    private Moments _moments;

    public void Failed(Exception error)
    {
        lock (_gate)
        {
            _failed++;
            _lastError = error.Message;
        }
    }

    /// <summary>Compares a text with the kept ones, and keeps it.</summary>
    /// <param name="key">The key of the text.</param>
    /// <param name="byAnswers">Its vector by the answering version. Kept, not changed.</param>
    /// <param name="byTried">Its vector by the tried version.</param>
    public void Add(UInt128 key, float[] byAnswers, float[] byTried)
    {
        lock (_gate)
        {
            if (!_keys.Add(key)) return;
            _texts++;
            Compare(byAnswers, byTried);
            Keep(new(key, byAnswers, byTried));
        }
    }

    public ModelComparison ToComparison()
    {
        lock (_gate) return new(answers, tried, _texts, _failed, _shared / _neighboursOf, _moments.Correlation, _lastError);
    }

    private void Compare(float[] byAnswers, float[] byTried)
    {
        var x = _byAnswers.AsSpan(0, _kept.Count);
        var y = _byTried.AsSpan(0, _kept.Count);
        for (var i = 0; i < _kept.Count; i++)
        {
            x[i] = TensorPrimitives.CosineSimilarity(byAnswers, _kept[i].ByAnswers);
            y[i] = TensorPrimitives.CosineSimilarity(byTried, _kept[i].ByTried);
            _moments.Add(x[i], y[i]);
        }

        if (_kept.Count < 2 * Nearest) return;
        _neighboursOf++;
        _shared += (double)NearestOf(x).Intersect(NearestOf(y)).Count() / Nearest;
    }

    private void Keep(Pair pair)
    {
        if (_kept.Count < MaxKept)
        {
            _kept.Add(pair);
            return;
        }

        _keys.Remove(_kept[_oldest].Key);
        _kept[_oldest] = pair;
        _oldest = (_oldest + 1) % MaxKept;
    }

    private static IEnumerable<int> NearestOf(ReadOnlySpan<float> cosines)
    {
        var places = Enumerable.Range(0, cosines.Length).ToArray();
        cosines.ToArray().AsSpan().Sort(places.AsSpan(), static (a, b) => b.CompareTo(a));
        return places.Take(Nearest);
    }

    private readonly record struct Pair(UInt128 Key, float[] ByAnswers, float[] ByTried);

    private struct Moments
    {
        private double _count;
        private double _x;
        private double _y;
        private double _xx;
        private double _yy;
        private double _xy;

        public readonly double Correlation
            => ((_count * _xy) - (_x * _y)) / Math.Sqrt(((_count * _xx) - (_x * _x)) * ((_count * _yy) - (_y * _y)));

        public void Add(double x, double y)
        {
            _count++;
            _x += x;
            _y += y;
            _xx += x * x;
            _yy += y * y;
            _xy += x * y;
        }
    }
}
