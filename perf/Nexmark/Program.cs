using Dataflow.Perf.Nexmark;

var settings = Settings.Parse(args);
return await Benchmark.RunAsync(settings);
