using System.Text.Json;
using Dataflow;
using Dataflow.Log;
using Dataflow.Perf.EndToEnd;

var settings = Settings.Parse(args);
if (settings.Latency)
{
    Console.WriteLine(JsonSerializer.Serialize(await HopLatency.RunAsync(settings), Settings.Json));
    return;
}

for (var rep = 1; rep <= settings.Reps; rep++)
{
    var directory = Path.Combine(settings.Directory, $"clicks-{Environment.ProcessId}-{rep}");
    try
    {
        Console.WriteLine(JsonSerializer.Serialize(await Workload.RunAsync(settings, rep, directory), Settings.Json));
    }
    finally
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
