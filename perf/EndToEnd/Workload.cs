using System.Diagnostics;
using Dataflow.Log;

namespace Dataflow.Perf.EndToEnd;

/// <summary>What one repetition measured; one JSON line.</summary>
internal sealed record Measurement(
    int Rep, long Events, long Keys, int Workers, int CheckpointMs, long Rows, string Checksum, double Seconds,
    double EventsPerSecond, double CpuNsPerEvent, double AllocatedBytesPerEvent, long Checkpoints,
    double CheckpointPauseMsP50, double CheckpointPauseMsMax, double AppendEventsPerSecond, double PeakMemoryMb);

internal static class Workload
{
    public static async Task<Measurement> RunAsync(Settings settings, int rep, PartitionedLog log)
    {
        var run = settings.Kafka is null ? "" : $"-{Environment.ProcessId}-{rep}"; // topics of Kafka stay there
        var workload = new ClicksPerMinute($"clicks{run}", $"clicks-per-minute{run}");
        var appendSeconds = await workload.FillAsync(log, settings.Events, settings.Keys);
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();

        await using var job = await workload.Query().StartAsync(new JobOptions
        {
            Log = log,
            Workers = settings.Workers,
            CheckpointInterval = TimeSpan.FromMilliseconds(settings.CheckpointMs),
        });
        await job.Completion;

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        var cpuNs = (process.TotalProcessorTime - cpu).TotalNanoseconds;
        var bytes = GC.GetTotalAllocatedBytes() - allocated;
        var checkpoints = job.Status.Checkpoints;
        var (rows, checksum) = workload.Sum(log);
        return new Measurement(
            rep, settings.Events, settings.Keys, settings.Workers, settings.CheckpointMs, rows, checksum, seconds,
            settings.Events / seconds, cpuNs / settings.Events, (double)bytes / settings.Events, checkpoints.Count,
            checkpoints.PauseMedian.TotalMilliseconds, checkpoints.PauseMax.TotalMilliseconds,
            settings.Events / appendSeconds, process.PeakWorkingSet64 / 1048576.0);
    }
}
