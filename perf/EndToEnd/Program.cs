using System.Text.Json;
using Dataflow.Kafka;
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
        await using PartitionedLog log = settings.Kafka is { } kafka
            ? await KafkaLog.ConnectAsync(new KafkaCluster(kafka)) : LogStore.Open(directory);
        Console.WriteLine(JsonSerializer.Serialize(await Workload.RunAsync(settings, rep, log), Settings.Json));
    }
    finally
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
