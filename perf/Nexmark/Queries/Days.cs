using System.Globalization;

namespace Dataflow.Perf.Nexmark;

/// <summary>Days in UTC, counted from 1970.</summary>
internal static class Days
{
    private const long DayMs = 86_400_000;

    public static int Of(long time) => (int)(time / DayMs);

    public static string Text(int day)
        => DateTimeOffset.FromUnixTimeMilliseconds(day * DayMs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Minute(long time)
        => DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("HH:mm", CultureInfo.InvariantCulture);
}
