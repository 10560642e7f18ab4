using System.Diagnostics;
using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Perf.Nexmark;

/// <summary>Runs queries one after the other as fast as they go, and says what they cost.</summary>
internal static class Benchmark
{
    public static async Task RunAsync(Settings settings)
    {
        var measurements = new List<Measurement>();
        foreach (var query in settings.Queries)
        {
            var measurement = await QueryJob.OnNewLogAsync(settings, query, log => MeasureAsync(settings, query, log));
            Console.WriteLine(JsonSerializer.Serialize(measurement, Settings.Json));
            measurements.Add(measurement);
        }

        Console.WriteLine();
        Console.WriteLine(Measurement.TableHead);
        foreach (var measurement in measurements) Console.WriteLine(measurement.ToTableRow());
    }

    private static async Task<Measurement> MeasureAsync(Settings settings, string query, LogStore log)
    {
        if (settings.ThroughLog) await EventTopic.FillAsync(log, settings.Generator, settings.Events, settings.Workers);
        // What the query before has left is not this one's, nor is what it took to fill the topic.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        PeakMemory.Reset();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();

        if (settings.Crash) await RunAndCrashAsync(settings, query, log);
        var results = await RunToEndAsync(settings, query, log);

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        var cpuNs = (process.TotalProcessorTime - cpu).TotalNanoseconds;
        return new Measurement(
            query, settings.Events, settings.Seed, settings.Workers, settings.ThroughLog, results.Rows, $"{results.Checksum:x16}", seconds,
            settings.Events / seconds, cpuNs / settings.Events,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / settings.Events, PeakMemory.Megabytes());
    }

    private static async Task<Results> RunToEndAsync(Settings settings, string query, LogStore log)
    {
        var results = new Results();
        await using var job = await QueryJob.StartAsync(settings, query, log, results);
        await job.Completion;
        return results;
    }

    /// <summary>Drops a job when about half of the events are read, and there is a checkpoint to carry on from.</summary>
    private static async Task RunAndCrashAsync(Settings settings, string query, LogStore log)
    {
        await using var job = await QueryJob.StartAsync(settings, query, log, new Results());
        while (job.Status.RecordsRead < settings.Events / 2 || job.Status.Checkpoints.Count == 0)
        {
            if (job.Completion.IsCompleted)
                throw new InvalidOperationException(
                    $"{query} ended before it could crash. Give it more --events or a shorter --checkpoint-ms.");
            await Task.Delay(1);
        }
    }
}
