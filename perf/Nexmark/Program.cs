using Dataflow.Perf.Nexmark;

var settings = Settings.Parse(args);
if (settings.Latency) await LatencyBenchmark.RunAsync(settings);
else await Benchmark.RunAsync(settings);
