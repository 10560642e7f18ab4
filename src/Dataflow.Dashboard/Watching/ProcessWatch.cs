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
            Math.Clamp(share, 0, 1), Volatile.Read(ref _requests), TimeSpan.FromTicks(Volatile.Read(ref _requestTicks)).TotalMilliseconds);
    }

    /// <summary>Counts a request with its processor time.</summary>
    public void AddRequest(TimeSpan time)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _requestTicks, time.Ticks);
    }
}
