using BenchmarkDotNet.Attributes;
using Dataflow.Extensibility;
using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Perf.Micro;

/// <summary>Records with random keys through an exchange between two workers, each on a thread: half of them change it.</summary>
/// <remarks>The threads spin while they have nothing to do, so the machine needs two free cores.</remarks>
[MemoryDiagnoser]
public class ExchangeBenchmark
{
    private const int Records = 4_000_000;

    private readonly Record<Keyed<long, long>>[] _records = new Record<Keyed<long, long>>[Exchange<long>.BatchRecords];

    [GlobalSetup]
    public void MakeKeys()
    {
        var random = new Random(1);
        foreach (ref var record in _records.AsSpan())
            record = new Record<Keyed<long, long>>(new Keyed<long, long>(random.NextInt64(), 1), 1, default);
    }

    /// <summary>Routing alone, on one thread.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public long NoExchange()
    {
        var router = new KeyRouter<long, long>(new ShardMap(ShardSet.All, workers: 2));
        var counter = new Counter<Keyed<long, long>>();
        for (var sent = 0; sent < Records; sent += _records.Length)
        {
            foreach (ref readonly var record in _records.AsSpan())
            {
                if (router.WorkerOf(in record) >= 0) counter.Process(in record);
            }
        }

        return counter.Count;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public void TwoWorkers()
    {
        using Worker first = new(0, new()), second = new(1, new());
        var exchange = new Exchange<Keyed<long, long>>([first, second]);
        for (var i = 0; i < 2 * 20; i++) exchange.Pace(i % 2, records: 1, TimeSpan.Zero); // as if it had run for a while
        var other = new Thread(() => new Side(exchange, 1, _records).Run(Records / 2));
        other.Start();
        new Side(exchange, 0, _records).Run(Records / 2);
        other.Join();
    }

    /// <summary>A worker's two stages: before the exchange and after it.</summary>
    private sealed class Side(Exchange<Keyed<long, long>> exchange, int index, Record<Keyed<long, long>>[] records)
    {
        private static readonly Node Node = new Pipeline("exchange").From(Source.Of(1, 2)).Node;

        private readonly ExchangeWriter<Keyed<long, long>> _writer =
            new(exchange, new KeyRouter<long, long>(new ShardMap(ShardSet.All, workers: 2)), index);
        private readonly ExchangeInput<Keyed<long, long>> _input =
            new(Node, exchange, index, new Counter<Keyed<long, long>>(), new Turn(TimeProvider.System, TimeSpan.MaxValue),
                (error, _) => error, static () => { });

        public void Run(int count)
        {
            var sent = 0;
            var wait = new SpinWait();
            while (!_input.IsEnded)
            {
                var any = _writer.SendOverflow() | _input.Step(0);
                _input.Tell();
                if (!_writer.HasOverflow && sent < count)
                {
                    foreach (ref readonly var record in records.AsSpan()) _writer.Process(in record);
                    sent += records.Length;
                    if (sent >= count) End();
                    any = true;
                }

                if (any) wait.Reset();
                else wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        private void End()
        {
            _writer.Advance(long.MaxValue);
            _writer.Flush();
        }
    }
}
