using System.Diagnostics;
using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>Measures the process, once a second, and the requests to the dashboard.</summary>
internal sealed class ProcessWatch(TimeProvider time)
{
    private long _at = time.GetTimestamp();
    private TimeSpan _used = Environment.CpuUsage.TotalTime;
    private long _requests;
    private long _requestTicks;

    /// <summary>The process at the last sample.</summary>
    public ProcessView Last { get; private set; } = new(0, 0, 0, 0, 0, 0, 0);

    public void Sample()
    {
        var (used, elapsed) = (Environment.CpuUsage.TotalTime, time.GetElapsedTime(_at));
        var share = elapsed > TimeSpan.Zero ? (used - _used) / elapsed / Environment.ProcessorCount : 0;
        (_at, _used) = (time.GetTimestamp(), used);
        Last = new(
            Environment.WorkingSet, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, GC.GetTotalMemory(false), Environment.ProcessorCount,
            Math.Clamp(share, 0, 1), Volatile.Read(ref _requests),
            TimeSpan.FromSeconds(Volatile.Read(ref _requestTicks) / (double)Stopwatch.Frequency).TotalMilliseconds);
    }

    /// <summary>Counts a request.</summary>
    /// <param name="start">The stopwatch's time at which it came.</param>
    public void AddRequest(long start)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _requestTicks, Stopwatch.GetTimestamp() - start);
    }
}
