using Tour;

// A stop of the tour for each part of the engine: dotnet run --project examples/Tour -- windows
var stops = new Dictionary<string, Func<Task>>
{
    ["steps"] = StepStop.RunAsync,
    ["windows"] = WindowStop.RunAsync,
    ["aggregates"] = AggregateStop.RunAsync,
    ["joins"] = JoinStop.RunAsync,
    ["window-joins"] = WindowJoinStop.RunAsync,
    ["tables"] = TableStop.RunAsync,
    ["process"] = ProcessStop.RunAsync,
    ["patterns"] = PatternStop.RunAsync,
    ["async"] = AsyncStop.RunAsync,
    ["errors"] = ErrorStop.RunAsync,
    ["quality"] = QualityStop.RunAsync,
    ["operations"] = OperationsStop.RunAsync,
};

if (args.Length > 1 || (args.Length == 1 && !stops.ContainsKey(args[0])))
{
    Console.WriteLine($"usage: Tour [STOP]\n\nSTOP is one of {string.Join(", ", stops.Keys)}; without it all of them.");
    return args is ["--help" or "-h"] ? 0 : 2;
}

foreach (var (name, stop) in stops)
{
    if (args.Length > 0 && args[0] != name) continue;
    Console.WriteLine($"\n{name}\n{new string('-', name.Length)}");
    await stop();
}

return 0;
