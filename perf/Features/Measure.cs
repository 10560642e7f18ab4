using System.Diagnostics;
using Dataflow.Log;

namespace Dataflow.Perf.Features;

internal sealed record Rate(
    long Records, long Customers, int Workers, double Seconds, double RecordsPerSecond, double CpuNsPerRecord, double AllocatedBytesPerRecord,
    double PeakMemoryMb);

internal sealed record Latency(int Reads, long Customers, bool WhileUpdating, double MeanUs, double P50Us, double P99Us, double P999Us, double AllocatedBytesPerRead);

/// <summary>Runs one job on a log in memory and measures it.</summary>
internal static class Measure
{
    private const int Warmup = 20_000;

    /// <summary>Takes events in, with checkpoints.</summary>
    public static async Task<Rate> UpdatesAsync(Settings settings)
    {
        var pipeline = new Pipeline("updates");
        Customers.Service(pipeline, settings.Events, settings.Customers, settings.SpanMs).Serve();
        return await RunAsync(pipeline, settings, settings.Events);
    }

    /// <summary>Joins labels with ten features; the events are as many as a tenth of them, so that the rows are what is measured.</summary>
    public static async Task<Rate> TrainingAsync(Settings settings)
    {
        var pipeline = new Pipeline("training");
        var service = Customers.Service(pipeline, settings.Labels / 10, settings.Customers, settings.SpanMs);
        var labels = new GeneratedSource<Label>("labels", settings.Labels, settings.Customers, settings.SpanMs, static (customer, time, _) => new(customer, time));
        pipeline.From(labels).WithEventTime(label => label.TimeMs, Customers.Lateness, name: "label-time")
            .JoinFeatures(service, label => label.Customer, (_, features) => features[1].As<long>())
            .Where(purchases => purchases < 0)
            .To(Sink.Memory<long>());
        return await RunAsync(pipeline, settings, settings.Labels);
    }

    /// <summary>Reads ten features of one customer after the other, from a thread beside the worker: while that takes events in as fast as
    /// it can, then while it rests.</summary>
    public static async Task<Latency[]> ReadsAsync(Settings settings)
    {
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var pipeline = new Pipeline("reads");
        var service = Customers.Service(pipeline, settings.Events, settings.Customers, settings.SpanMs, ends: false).Serve();
        await using var job = await pipeline.StartAsync(OptionsOf(settings, log));
        var reader = job.Read(service);
        while (job.Status.RecordsRead < settings.Customers) await Task.Delay(10);
        var busy = Read(reader, settings, () => job.Status.RecordsRead < settings.Events);
        while (job.Status.RecordsRead < settings.Events) await Task.Delay(10);
        return [busy, Read(reader, settings, static () => false)];
    }

    private static Latency Read(FeatureReader<long> reader, Settings settings, Func<bool> isUpdating)
    {
        var random = new Random(1);
        var at = DateTimeOffset.UnixEpoch; // the past: answered as of the watermark
        for (var i = 0; i < Warmup; i++) reader.Read(random.NextInt64(settings.Customers), at);
        var times = new long[settings.Reads];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times.Length; i++)
        {
            var customer = random.NextInt64(settings.Customers);
            var start = Stopwatch.GetTimestamp();
            reader.Read(customer, at);
            times[i] = Stopwatch.GetTimestamp() - start;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var wasUpdating = isUpdating();
        Array.Sort(times);
        return new(
            times.Length, settings.Customers, wasUpdating, times.Average() * 1e6 / Stopwatch.Frequency, At(0.5), At(0.99), At(0.999),
            (double)allocated / times.Length);

        double At(double share) => times[(int)(times.Length * share)] * 1e6 / Stopwatch.Frequency;
    }

    private static async Task<Rate> RunAsync(Pipeline pipeline, Settings settings, long records)
    {
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();
        await using var job = await pipeline.StartAsync(OptionsOf(settings, log));
        await job.Completion;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new(
            records, settings.Customers, settings.Workers, seconds, records / seconds, (process.TotalProcessorTime - cpu).TotalNanoseconds / records,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / records, process.PeakWorkingSet64 / 1048576.0);
    }

    private static JobOptions OptionsOf(Settings settings, LogStore log)
        => new() { Log = log, Workers = settings.Workers, CheckpointInterval = TimeSpan.FromMilliseconds(settings.CheckpointMs) };
}
