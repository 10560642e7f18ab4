using System.Diagnostics;
using System.Globalization;

namespace Dataflow.Perf.Kafka;

/// <summary>The cost of a run, the broker's left out.</summary>
internal sealed record Cost(int Records, double Seconds, double Processor)
{
    public static async Task<Cost> OfAsync(int records, Func<Task> run)
    {
        using var process = Process.GetCurrentProcess();
        var (start, before) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        await run();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new Cost(records, seconds, (process.TotalProcessorTime - before).TotalSeconds);
    }

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Records / Seconds / 1000:N0} K/s, {Processor / Records * 1e9:N0} ns");
}
