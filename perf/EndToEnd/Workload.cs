using System.Diagnostics;
using Dataflow.Log;
using Dataflow.Operations;

namespace Dataflow.Perf.EndToEnd;

/// <summary>What one repetition measured; one JSON line.</summary>
internal sealed record Measurement(
    int Rep, string Event, long Events, long Keys, int Workers, int CheckpointMs, long Rows, string Checksum, double Seconds,
    double EventsPerSecond, double CpuNsPerEvent, double AllocatedBytesPerEvent, long Checkpoints,
    double CheckpointPauseMsP50, double CheckpointPauseMsMax, double AppendEventsPerSecond, double PeakMemoryMb);

internal static class Workload
{
    public static async Task<Measurement> RunAsync(Settings settings, int rep, PartitionedLog log)
    {
        var run = settings.Kafka is null ? "" : $"-{Environment.ProcessId}-{rep}"; // topics of Kafka stay there
        var (clicks, results) = ($"clicks{run}", $"clicks-per-minute{run}");
        var workload = new ClicksPerMinute(clicks, results);
        var appendSeconds = settings.Event == Settings.Plain // all write the same bytes
            ? await workload.FillAsync<Click>(log, settings.Events, settings.Keys)
            : await workload.FillAsync<GeneratedClick>(log, settings.Events, settings.Keys);
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();

        CheckpointStatus? checkpoints = null;
        if (settings.Event == Settings.Hand) await new ByHand(log, clicks, results, settings.Keys).RunAsync();
        else checkpoints = await RunJobAsync(workload.Query(settings.Event), settings, log);

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        var cpuNs = (process.TotalProcessorTime - cpu).TotalNanoseconds;
        var bytes = GC.GetTotalAllocatedBytes() - allocated;
        var (rows, checksum) = workload.Sum(log);
        return new Measurement(
            rep, settings.Event, settings.Events, settings.Keys, settings.Workers, settings.CheckpointMs, rows, checksum, seconds,
            settings.Events / seconds, cpuNs / settings.Events, (double)bytes / settings.Events, checkpoints?.Count ?? 0,
            checkpoints?.PauseMedian.TotalMilliseconds ?? 0, checkpoints?.PauseMax.TotalMilliseconds ?? 0,
            settings.Events / appendSeconds, process.PeakWorkingSet64 / 1048576.0);
    }

    private static async Task<CheckpointStatus> RunJobAsync(Pipeline query, Settings settings, PartitionedLog log)
    {
        await using var job = await query.StartAsync(new JobOptions
        {
            Log = log,
            Workers = settings.Workers,
            CheckpointInterval = TimeSpan.FromMilliseconds(settings.CheckpointMs),
        });
        await job.Completion;
        return job.Status.Checkpoints;
    }
}
