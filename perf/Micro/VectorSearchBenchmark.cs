using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Dataflow.Vectors;

namespace Dataflow.Perf.Micro;

/// <summary>The ten nearest of many vectors around a hundred centres, one thread.</summary>
public class VectorSearchBenchmark : IDisposable
{
    private const int Dimensions = 384;
    private const int Centres = 100;
    private const float Spread = 0.5f;

    private readonly ExactPart<int, string> _exact = new();
    private readonly HnswPart<int, string> _graph = new(Dimensions);
    private float[] _all = [];
    private float[] _query = [];

    [Params(20_000)]
    public int Vectors { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        var centres = Enumerable.Range(0, Centres).Select(_ => Near(new float[Dimensions], random, 1)).ToArray();
        var vectors = Enumerable.Range(0, Vectors).Select(_ => Near(centres[random.Next(Centres)], random, Spread)).ToArray();
        foreach (var (key, vector) in vectors.Index())
        {
            _exact.Put(key, "", vector);
            _graph.Put(key, "", vector);
        }

        _all = [.. vectors.SelectMany(static vector => vector)];
        _query = Near(centres[0], random, Spread);
    }

    /// <summary>The least that comparing with all can cost: one run through memory.</summary>
    [Benchmark(Baseline = true)]
    public float DotProducts()
    {
        var most = 0f;
        for (var at = 0; at < _all.Length; at += Dimensions)
            most = Math.Max(most, TensorPrimitives.Dot<float>(_query, _all.AsSpan(at, Dimensions)));
        return most;
    }

    [Benchmark]
    public IReadOnlyList<Neighbour<int, string>> Exact() => Search(_exact);

    [Benchmark]
    public IReadOnlyList<Neighbour<int, string>> Hnsw() => Search(_graph);

    [GlobalCleanup]
    public void Dispose()
    {
        _exact.Dispose();
        _graph.Dispose();
        GC.SuppressFinalize(this);
    }

    private IReadOnlyList<Neighbour<int, string>> Search(IndexPart<int, string> part)
    {
        var nearest = new Nearest<int, string>(10);
        part.Search(_query, nearest);
        return nearest.ToList();
    }

    private static float[] Near(float[] centre, Random random, float spread)
    {
        var vector = centre.Select(number => number + ((float)(random.NextDouble() - 0.5) * spread / MathF.Sqrt(Dimensions))).ToArray();
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }
}
