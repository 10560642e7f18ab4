using BenchmarkDotNet.Attributes;
using Dataflow.Extensibility;

namespace Dataflow.Perf.Micro;

/// <summary>A million values added to one accumulator, beside the same written by hand.</summary>
[MemoryDiagnoser]
public class AggregateBenchmark
{
    private const int Values = 1_000_000;
    private const int Different = 100_000;

    private readonly Click[] _clicks = new Click[Values];

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        for (var i = 0; i < Values; i++) _clicks[i] = new(random.Next(Different), i, 1000 * random.NextDouble());
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Values)]
    public double SumByHand()
    {
        var sum = 0.0;
        foreach (var click in _clicks) sum += click.Price;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public double Sum() => Add(new Aggregates<Click>().Sum(click => click.Price));

    [Benchmark(OperationsPerInvoke = Values)]
    public object CountSumMinMax()
    {
        var a = new Aggregates<Click>();
        return Add(Several.Of((a.Count(), a.Sum(click => click.Price), a.Min(click => click.Price), a.Max(click => click.Price))));
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public double Variance() => Add(new Aggregates<Click>().Variance(click => click.Price));

    [Benchmark(OperationsPerInvoke = Values)]
    public object MaxBy() => Add(new Aggregates<Click>().MaxBy(click => click.Price));

    [Benchmark(OperationsPerInvoke = Values)]
    public object Top10() => Add(new Aggregates<Click>().Top(10, click => click.Price));

    [Benchmark(OperationsPerInvoke = Values)]
    public int DistinctByHand()
    {
        var users = new HashSet<long>();
        foreach (var click in _clicks) users.Add(click.User);
        return users.Count;
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public long CountDistinct() => Add(new Aggregates<Click>().CountDistinct(click => click.User));

    /// <summary>Of all, of the cheap, of the dear and of those between.</summary>
    [Benchmark(OperationsPerInvoke = Values)]
    public object CountDistinctOfFour() => Add(new Aggregates<Click>().CountDistinct(
        click => click.User, _ => true, click => click.Price < 100, click => click.Price is >= 100 and < 500, click => click.Price >= 500));

    [Benchmark(OperationsPerInvoke = Values)]
    public long ApproximateCountDistinct() => Add(new Aggregates<Click>().ApproximateCountDistinct(click => click.User));

    [Benchmark(OperationsPerInvoke = Values)]
    public double Quantile() => Add(new Aggregates<Click>().Quantile(click => click.Price, 0.99));

    [Benchmark(OperationsPerInvoke = Values)]
    public object Histogram() => Add(new Aggregates<Click>().Histogram(click => click.Price, 1, 10, 100, 500));

    [Benchmark(OperationsPerInvoke = Values)]
    public object Decayed() => Add(new Aggregates<Click>().Decayed(click => click.Price, click => click.TimeMs, TimeSpan.FromHours(1)));

    private TResult Add<TResult>(Aggregation<Click, TResult> aggregation) => aggregation.Accept(new Adding<TResult>(_clicks));

    private sealed class Adding<TResult>(Click[] clicks) : IAggregationVisitor<Click, TResult, TResult>
    {
        public TResult Visit<TAccumulator>(Aggregation<Click, TAccumulator, TResult> aggregation)
        {
            var accumulator = aggregation.Create();
            foreach (var click in clicks) aggregation.Add(ref accumulator, click);
            return aggregation.Result(in accumulator);
        }
    }

    private sealed record Click(long User, long TimeMs, double Price);
}
