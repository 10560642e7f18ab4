using BenchmarkDotNet.Attributes;
using Dataflow.Extensibility;
using Dataflow.Perf.EndToEnd;
using Dataflow.State;

namespace Dataflow.Perf.Micro;

/// <summary>Three steps with a lambda each, where–select–where, fused as the engine fuses them; most records pass.</summary>
[MemoryDiagnoser]
public class OperatorChainBenchmark
{
    private const int Records = 1_000;

    private readonly Record<Click>[] _clicks = new Record<Click>[Records];
    private readonly Record<long>[] _numbers = new Record<long>[Records];
    private readonly Counter<string> _pages = new();
    private readonly Counter<long> _sums = new();
    private WhereOperator<Click> _clickChain = null!;
    private WhereOperator<long> _numberChain = null!;

    [GlobalSetup]
    public void Connect()
    {
        var clicks = new ClickGenerator(0, Records, keys: 100_000);
        for (var i = 0; i < Records; i++)
        {
            _clicks[i] = new Record<Click>(clicks.Next<Click>(), i, default);
            _numbers[i] = new Record<long>(i, i, default);
        }

        _clickChain = Chain<Click, string>(click => click.LatencyMs >= 20, click => click.Page, page => page.Length > 0, _pages);
        _numberChain = Chain<long, long>(number => number % 100 != 0, number => number + 1, number => number > 0, _sums);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public long ClickLoopByHand()
    {
        var count = 0L;
        foreach (ref readonly var record in _clicks.AsSpan())
        {
            if (record.Value.LatencyMs < 20) continue;
            var page = record.With(record.Value.Page);
            if (page.Value.Length > 0) count++;
        }

        return count;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long ClickChain()
    {
        foreach (ref readonly var record in _clicks.AsSpan()) _clickChain.Process(in record);
        return _pages.Count;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long NumberLoopByHand()
    {
        var count = 0L;
        foreach (ref readonly var record in _numbers.AsSpan())
        {
            if (record.Value % 100 == 0) continue;
            var next = record.With(record.Value + 1);
            if (next.Value > 0) count++;
        }

        return count;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long NumberChain()
    {
        foreach (ref readonly var record in _numbers.AsSpan()) _numberChain.Process(in record);
        return _sums.Count;
    }

    private static WhereOperator<T> Chain<T, TOut>(
        Func<T, bool> before, Func<T, TOut> selector, Func<TOut, bool> after, Operator<TOut> last)
    {
        var first = new WhereOperator<T>(before);
        var second = new SelectOperator<T, TOut>(selector);
        var third = new WhereOperator<TOut>(after);
        first.ConnectTo(second);
        second.ConnectTo(third);
        third.ConnectTo(last);
        foreach (var step in new Operator[] { first, second, third })
            step.DeclareTo(new StepDeclaration("chain", new Changes(), keepsRejected: false, new StepOutputs([])));
        return first;
    }
}
