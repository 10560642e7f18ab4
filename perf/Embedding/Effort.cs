using System.Globalization;

namespace Dataflow.Perf.Embedding;

/// <summary>What it took: the clock's time, and that of the processors, which other programs' work changes less.</summary>
internal readonly record struct Effort(double Seconds, double Processor)
{
    public static async Task<Effort> OfAsync(Func<Task> work)
    {
        var (start, processor) = (System.Diagnostics.Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await work();
        return new(
            System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    public static Effort Of(Action work)
        => OfAsync(() =>
        {
            work();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    public string Rates(int texts)
        => string.Create(CultureInfo.InvariantCulture, $"{texts / Seconds:0.0}/s, {texts / Processor:0.0} per processor second");
}
