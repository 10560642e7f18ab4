using System.Diagnostics;
using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Perf.Nexmark;

/// <summary>Runs queries one after the other, each as a job of its own on a log on disk, and says what they cost.</summary>
internal static class Benchmark
{
    public static async Task<int> RunAsync(Settings settings)
    {
        var measurements = new List<Measurement>();
        foreach (var query in settings.Queries)
        {
            var directory = Path.Combine(settings.Directory, $"nexmark-{query}-{Environment.ProcessId}");
            try
            {
                var measurement = await MeasureAsync(query, settings, directory);
                Console.WriteLine(JsonSerializer.Serialize(measurement, Settings.Json));
                measurements.Add(measurement);
            }
            finally
            {
                if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
            }
        }

        Console.WriteLine();
        Console.WriteLine(Measurement.TableHead);
        foreach (var measurement in measurements) Console.WriteLine(measurement.ToTableRow());
        return 0;
    }

    private static async Task<Measurement> MeasureAsync(string query, Settings settings, string directory)
    {
        await using var log = LogStore.Open(directory);
        GC.Collect();
        PeakMemory.Reset();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();

        if (settings.Crash) await RunAndCrashAsync(query, settings, log);
        var results = await RunToEndAsync(query, settings, log);

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        var cpuNs = (process.TotalProcessorTime - cpu).TotalNanoseconds;
        return new Measurement(
            query, settings.Events, settings.Seed, settings.Workers, results.Rows, $"{results.Checksum:x16}", seconds,
            settings.Events / seconds, cpuNs / settings.Events,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / settings.Events, PeakMemory.Megabytes());
    }

    private static async Task<Results> RunToEndAsync(string query, Settings settings, LogStore log)
    {
        var results = new Results();
        await using var job = await StartAsync(query, settings, log, results);
        await job.Completion;
        return results;
    }

    /// <summary>Drops a job when about half of the events are read, and at least one checkpoint can be carried on from.</summary>
    private static async Task RunAndCrashAsync(string query, Settings settings, LogStore log)
    {
        await using var job = await StartAsync(query, settings, log, new Results());
        while (job.Status.RecordsRead < settings.Events / 2 || job.Status.Checkpoints.Count == 0)
        {
            if (job.Completion.IsCompleted)
                throw new InvalidOperationException($"{query} ended before it could crash. Give it more --events or a shorter --checkpoint-ms.");
            await Task.Delay(1);
        }
    }

    private static Task<Job> StartAsync(string query, Settings settings, LogStore log, Results results)
    {
        var pipeline = new Pipeline(query);
        var generator = new EventGenerator(settings.Seed, settings.Rate, settings.Disorder);
        Queries.All[query](pipeline, new NexmarkSource(generator, settings.Events, settings.Workers), results);
        return pipeline.StartAsync(new JobOptions
        {
            Log = log,
            Workers = settings.Workers,
            CheckpointInterval = TimeSpan.FromMilliseconds(settings.CheckpointMs),
        });
    }
}
