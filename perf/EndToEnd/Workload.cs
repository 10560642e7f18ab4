using System.Buffers;
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
    private const int Partitions = 2;

    public static async Task<Measurement> RunAsync(Settings settings, int rep, string directory)
    {
        await using var log = LogStore.Open(directory);
        var appendSeconds = await FillAsync(log, settings);
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();

        await using var job = await Query().StartAsync(new JobOptions
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
        var (rows, checksum) = Sum(log);
        return new Measurement(
            rep, settings.Events, settings.Keys, settings.Workers, settings.CheckpointMs, rows, checksum, seconds,
            settings.Events / seconds, cpuNs / settings.Events, (double)bytes / settings.Events, checkpoints.Count,
            checkpoints.PauseMedian.TotalMilliseconds, checkpoints.PauseMax.TotalMilliseconds,
            settings.Events / appendSeconds, process.PeakWorkingSet64 / 1048576.0);
    }

    private static Pipeline Query()
    {
        var pipeline = new Pipeline("clicks-per-minute");
        pipeline.From(Topic.Of<Click>("clicks").StopAtEnd())
            .Where(click => click.Kind != Kind.Search)
            .WithEventTime(click => click.Timestamp, maxOutOfOrderness: TimeSpan.FromSeconds(2))
            .KeyBy(click => click.UserId)
            .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
            .Aggregate(
                a => (a.Count(), a.Sum(click => click.Amount), a.Max(click => click.LatencyMs)),
                (user, window, count, sum, max) => new UserMinute(window.StartMs, user, count, sum, max))
            .To(Topic.Of<UserMinute>("clicks-per-minute"));
        return pipeline;
    }

    /// <summary>Appends all events; the time counts from the first encoding to the last acknowledgement.</summary>
    private static async Task<double> FillAsync(LogStore log, Settings settings)
    {
        await log.CreateTopicAsync("clicks", Partitions);
        var start = Stopwatch.GetTimestamp();
        await using var producer = log.CreateProducer("clicks");
        var generators = Enumerable.Range(0, Partitions)
            .Select(partition => new ClickGenerator(partition, settings.Events / Partitions, settings.Keys)).ToArray();
        var bytes = new ArrayBufferWriter<byte>();
        for (var i = 0L; i < settings.Events; i++)
        {
            var partition = (int)(i % Partitions);
            var click = generators[partition].Next();
            bytes.ResetWrittenCount();
            Serde<Click>.Default.Write(click, bytes);
            await producer.AppendAsync(partition, click.Timestamp, bytes.WrittenMemory);
        }

        await producer.FlushAsync();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static (long Rows, string Checksum) Sum(LogStore log)
    {
        long rows = 0, events = 0, maxima = 0;
        var sum = 0.0;
        foreach (var row in Topic.Of<UserMinute>("clicks-per-minute").ReadAll(log))
        {
            rows++;
            events += row.Count;
            maxima += row.Max;
            sum += row.Sum;
        }

        return (rows, $"{rows}/{events}/{maxima}/{Math.Round(sum):0}");
    }
}
