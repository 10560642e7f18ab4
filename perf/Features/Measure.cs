using System.Diagnostics;
using Dataflow.Features;
using Dataflow.Log;

namespace Dataflow.Perf.Features;

internal sealed record Rate(
    long Records, long Customers, int Workers, double Seconds, double RecordsPerSecond, double CpuNsPerRecord,
    double AllocatedBytesPerRecord,
    double CollectionNsPerRecord, double PeakMemoryMb, long Checkpoints, double CheckpointBytesPerRecord);

internal sealed record Latency(
    string What, int Times, double MeanUs, double P50Us, double P90Us, double P99Us, double P999Us, double AllocatedBytesPerTime,
    int Collections);

/// <summary>Runs one job on a log in memory and measures it.</summary>
internal static class Measure
{
    private const int Warmup = 20_000;
    private const int ControlLines = 10;
    private const long ControlBytes = 512 << 20;
    private const int AnswerBytes = 424; // without what every array has
    private const int TrainingWarmup = 4_000_000;
    private const int LabelsOfEvent = 10;
    private const long MaxEvents = 10_000_000;

    /// <summary>Takes events in, with checkpoints.</summary>
    public static async Task<Rate> UpdatesAsync(Settings settings)
    {
        var pipeline = new Pipeline("updates");
        var events = settings.Events ?? MaxEvents;
        Customers.Service(pipeline, events, settings.Customers, settings.SpanMs).Serve();
        return await RunAsync(pipeline, settings, events);
    }

    /// <summary>Joins labels with ten features; the events are as many as a tenth of them unless told otherwise, so that the rows are what
    /// is measured.</summary>
    public static async Task<Rate> TrainingAsync(Settings settings)
    {
        _ = await TrainAsync(settings with { Labels = TrainingWarmup }); // so that the methods are compiled
        return await TrainAsync(settings);
    }

    private static async Task<Rate> TrainAsync(Settings settings)
    {
        var pipeline = new Pipeline("training");
        var service = Customers.Service(pipeline, settings.Events ?? settings.Labels / LabelsOfEvent, settings.Customers, settings.SpanMs);
        var labels = new GeneratedSource<Label>(
            "labels", settings.Labels, settings.Customers, settings.SpanMs, static (customer, time, _) => new(customer, time));
        pipeline.From(labels).WithEventTime(label => label.TimeMs, Customers.Lateness, name: "label-time")
            .JoinFeatures(service, label => label.Customer, (_, features) => features[1].As<long>())
            .Where(purchases => purchases < 0)
            .To(Sink.Memory<long>());
        return await RunAsync(pipeline, settings, settings.Labels);
    }

    /// <summary>Reads ten features of one customer after the other, from a thread beside the worker: while that takes events in as fast as
    /// it can, then while it rests. Then the same without a reader: what the machine alone takes.</summary>
    public static async Task<Latency[]> ReadsAsync(Settings settings)
    {
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var pipeline = new Pipeline("reads");
        var events = settings.Events ?? MaxEvents;
        var service = Customers.Service(pipeline, events, settings.Customers, settings.SpanMs, ends: false).Serve();
        await using var job = await pipeline.StartAsync(OptionsOf(settings, log));
        var reader = job.Read(service);
        while (job.Status.RecordsRead < settings.Customers) await Task.Delay(10);
        var at = DateTimeOffset.UnixEpoch; // the past: answered as of the watermark
        var memory = new long[ControlBytes / sizeof(long)];
        Array.Fill(memory, 1); // else all of it would be one page of zeros
        var reused = reader.Read(0, at);
        var busy = Time("reads, the worker busy", settings, customer => reader.Read(customer, at));
        var busyReused = Time("reads into an answer used again, the worker busy", settings, customer => reader.Read(customer, at, reused));
        if (job.Status.RecordsRead >= events) throw new InvalidOperationException("The events came to an end too soon. Take more of them.");
        while (job.Status.RecordsRead < events) await Task.Delay(10);
        byte[] answer;
        return
        [
            busy,
            busyReused,
            Time("reads, the worker at rest", settings, customer => reader.Read(customer, at)),
            Time("reads into an answer used again", settings, customer => reader.Read(customer, at, reused)),
            Time("control: ten cache lines of 512 MB", settings, _ => Touch(memory)),
            Time("control: the same, and 448 bytes allocated", settings, _ =>
            {
                answer = new byte[AnswerBytes];
                Touch(memory);
            }),
        ];
    }

    /// <summary>Looks at cache lines that the processor cannot know beforehand.</summary>
    private static void Touch(long[] memory)
    {
        long sum = 0;
        for (var line = 0; line < ControlLines; line++) sum += memory[Random.Shared.Next(memory.Length)];
        if (sum != ControlLines) throw new InvalidOperationException("The memory is not what was written.");
    }

    private static Latency Time(string what, Settings settings, Action<long> read)
    {
        var random = new Random(1);
        for (var i = 0; i < Warmup; i++) read(random.NextInt64(settings.Customers));
        var times = new long[settings.Reads];
        var (allocated, collections) = (GC.GetAllocatedBytesForCurrentThread(), GC.CollectionCount(0));
        for (var i = 0; i < times.Length; i++)
        {
            var customer = random.NextInt64(settings.Customers);
            var start = Stopwatch.GetTimestamp();
            read(customer);
            times[i] = Stopwatch.GetTimestamp() - start;
        }

        (allocated, collections) = (GC.GetAllocatedBytesForCurrentThread() - allocated, GC.CollectionCount(0) - collections);
        Array.Sort(times);
        return new(
            what, times.Length, times.Average() * 1e6 / Stopwatch.Frequency, At(0.5), At(0.9), At(0.99), At(0.999),
            (double)allocated / times.Length, collections);

        double At(double share) => times[(int)(times.Length * share)] * 1e6 / Stopwatch.Frequency;
    }

    private static async Task<Rate> RunAsync(Pipeline pipeline, Settings settings, long records)
    {
        await using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var (allocated, paused) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());
        var start = Stopwatch.GetTimestamp();
        await using var job = await pipeline.StartAsync(OptionsOf(settings, log));
        await job.Completion;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new(
            records, settings.Customers, settings.Workers, seconds, records / seconds,
            (process.TotalProcessorTime - cpu).TotalNanoseconds / records,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / records, (GC.GetTotalPauseDuration() - paused).TotalNanoseconds / records,
            process.PeakWorkingSet64 / 1048576.0, job.Status.Checkpoints.Count, (double)job.Status.Checkpoints.Bytes / records);
    }

    private static JobOptions OptionsOf(Settings settings, LogStore log)
        => new() { Log = log, Workers = settings.Workers, CheckpointInterval = TimeSpan.FromMilliseconds(settings.CheckpointMs) };
}
