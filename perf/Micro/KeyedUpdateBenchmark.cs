using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Dataflow.Extensibility;
using Dataflow.State;

namespace Dataflow.Perf.Micro;

/// <summary>Count, sum and maximum by key; 63-bit keys in random order, all of them there already.</summary>
[MemoryDiagnoser]
public class KeyedUpdateBenchmark
{
    private const int Updates = 1_000_000;
    private const int UpdatesPerBatch = 1024;
    private const int FrozenEntriesPerBatch = 4096; // as a task does between batches

    private readonly Dictionary<long, Totals> _dictionary = [];
    private readonly Changes _changes = new();
    private long[] _keys = [];
    private KeyedState<long, Totals> _state = null!;

    [Params(100_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        _state = new NamespacedState<long, Totals>("totals", KeyCodec<long>.Default, _changes).Main;
        var keys = Enumerable.Range(0, Keys).Select(_ => random.NextInt64()).ToArray();
        foreach (var key in keys)
        {
            _dictionary.Add(key, default);
            _state.Update(key, out _);
        }

        _keys = random.GetItems(keys, Updates);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Updates)]
    public void Dictionary()
    {
        foreach (var key in _keys)
            CollectionsMarshal.GetValueRefOrAddDefault(_dictionary, key, out _).Add(key);
    }

    [Benchmark(OperationsPerInvoke = Updates)]
    public void KeyedState() => Update(_keys);

    /// <summary>The same with a checkpoint at the start: all that changed in the million updates before is written.</summary>
    [Benchmark(OperationsPerInvoke = Updates)]
    public void KeyedStateWithCheckpoint()
    {
        _state.Flip();
        _changes.Flip();
        var isWritten = false;
        for (var done = 0; done < Updates; done += UpdatesPerBatch)
        {
            var budget = FrozenEntriesPerBatch;
            isWritten = isWritten || _state.WriteFrozen(ref budget);
            Update(_keys.AsSpan(done, Math.Min(UpdatesPerBatch, Updates - done)));
        }

        foreach (var (_, records) in _changes.Take()) records.Dispose();
    }

    private void Update(ReadOnlySpan<long> keys)
    {
        foreach (var key in keys) _state.Update(key, out _).Add(key);
    }

    /// <summary>24 bytes.</summary>
    private struct Totals
    {
        private long _count;
        private double _sum;
        private long _max;

        public void Add(long value)
        {
            _count++;
            _sum += value;
            if (value > _max) _max = value;
        }
    }
}
