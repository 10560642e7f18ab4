using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dataflow.Dashboard;

/// <summary>The processor time of the current thread: what it waits for, a processor included, does not count.</summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID of Linux

    /// <summary>The time until now; only differences on one thread mean something. Where the system has no such clock, all time
    /// counts.</summary>
    public static TimeSpan Now
        => OperatingSystem.IsLinux() && GetTime(ThreadClock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
