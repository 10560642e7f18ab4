using System.Diagnostics;

namespace Dataflow.Perf.Serving;

/// <summary>What this process uses from its making on.</summary>
internal sealed class ProcessorTime
{
    private readonly TimeSpan _start = Now();
    private readonly long _allocated = GC.GetTotalAllocatedBytes();
    private readonly long _clock = Stopwatch.GetTimestamp();

    public double Seconds => (Now() - _start).TotalSeconds;

    public double Elapsed => Stopwatch.GetElapsedTime(_clock).TotalSeconds;

    public long Allocated => GC.GetTotalAllocatedBytes() - _allocated;

    private static TimeSpan Now()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
