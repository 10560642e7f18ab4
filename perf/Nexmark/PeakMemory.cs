using System.Diagnostics;
using System.Globalization;

namespace Dataflow.Perf.Nexmark;

/// <summary>The most memory that the process has had at once.</summary>
internal static class PeakMemory
{
    private const string Mark = "VmHWM:";

    /// <summary>Begins anew with what the process has now, where the system can do that; else the peak is that of its life.</summary>
    public static void Reset()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    public static double Megabytes()
    {
        if (!OperatingSystem.IsLinux()) return Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Mark, StringComparison.Ordinal));
        return long.Parse(line[Mark.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024.0;
    }
}
