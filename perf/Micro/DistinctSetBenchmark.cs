using System.Buffers;
using BenchmarkDotNet.Attributes;
using Dataflow.Extensibility;
using Dataflow.State;

namespace Dataflow.Perf.Micro;

/// <summary>What a checkpoint and a restore do with a set of 200,000 numbers; time per number.</summary>
public class DistinctSetBenchmark
{
    private const int Numbers = 200_000;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private DistinctValues<long> _set = null!;

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        var distinct = (Aggregation<long, DistinctValues<long>, long>)new Aggregates<long>().CountDistinct(number => number);
        _set = distinct.Create();
        for (var i = 0; i < Numbers; i++) distinct.Add(ref _set, random.NextInt64());
        Write();
    }

    [Benchmark(OperationsPerInvoke = Numbers)]
    public void Write()
    {
        _bytes.ResetWrittenCount();
        StateCodec<DistinctValues<long>>.Write(ref _set, _bytes);
    }

    [Benchmark(OperationsPerInvoke = Numbers)]
    public object Read() => StateCodec<DistinctValues<long>>.Read(_bytes.WrittenMemory);
}
