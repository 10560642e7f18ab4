using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Dataflow.Perf.Micro;

if (args is ["growth"])
{
    Growth.Run();
    return;
}

// The minimum says most on a machine that others use too.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddColumn(StatisticColumn.Min));
