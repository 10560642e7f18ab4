using System.Globalization;

namespace Dataflow.Extensibility;

/// <summary>The valid times of a record: those for which all windows begin and end at a date in the range of
/// <see cref="DateTimeOffset"/>.</summary>
public static class TimeRange
{
    private const long DefaultDate = -62_135_596_800_000; // 0001-01-01, a DateTime that was never set

    /// <summary>The smallest valid time: the first moment of the year 2, in ms since the Unix epoch.</summary>
    public static long Min { get; } = new DateTimeOffset(2, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>The greatest valid time: the last millisecond of the year 9998, in ms since the Unix epoch.</summary>
    public static long Max { get; } = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() - 1;

    /// <summary>Returns a date in ms since the Unix epoch; it is in UTC unless its kind is local.</summary>
    public static long UnixMilliseconds(DateTime time)
        => ((time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks / TimeSpan.TicksPerMillisecond)
            - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond);

    /// <summary>Returns a moment for messages: the time where it is one, else the number.</summary>
    public static string TextOf(long moment)
        => moment >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && moment <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(moment).ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{moment} ms");

    /// <summary>Whether a time is valid.</summary>
    public static bool Holds(long time) => time >= Min && time <= Max;

    /// <summary>Makes the error of a time outside the range, without its value, which may be personal.</summary>
    public static ArgumentOutOfRangeException Fault(long time)
        => new(null, $"The event time lies outside the years 2 to 9998. {Hint(time)}");

    /// <summary>Makes the error of a time that is too far ahead of the clock.</summary>
    internal static ArgumentOutOfRangeException Fault(long time, TimeSpan maxAhead)
        => new(null, $"The event time is more than {maxAhead} ahead of the clock, which is the 'maxAhead' of WithEventTime."
            + (UnitOf(time) is { } unit ? $" {Misread(unit)}" : ""));

    /// <summary>Makes the error of a watermark that is after the range, or too far ahead of the clock.</summary>
    internal static ArgumentOutOfRangeException WatermarkFault(string generator, long watermark, TimeSpan? maxAhead)
        => new(null, watermark > Max
            ? $"'{generator}' gives a watermark after the year 9998. Return long.MinValue where none is known; the end of input is found "
                + "without it."
            : $"'{generator}' gives a watermark that is more than {maxAhead} ahead of the clock, which is the 'maxAhead' of "
                + "WithEventTime.");

    /// <summary>Whether a time looks like a current one in seconds that was taken for milliseconds.</summary>
    internal static bool LooksLikeSeconds(long time, DateTimeOffset now)
        => time > 0 && Math.Abs(time - now.ToUnixTimeSeconds()) < TimeSpan.FromDays(3650).TotalSeconds;

    private static string Hint(long time) => time switch
    {
        DefaultDate => "It is the default value of a DateTime: is the time missing in the record?",
        long.MinValue or long.MaxValue => "It is the smallest or the greatest number: does it stand for an unknown time?",
        _ => UnitOf(time) is { } unit ? Misread(unit) : "Times are milliseconds since 1970 in UTC.",
    };

    private static string Misread(string unit) => $"Times are milliseconds since 1970; read as {unit} it would lie between 2000 and 2100.";

    private static string? UnitOf(long time)
        => IsOfOurDays(time / 1_000)
            ? "microseconds" : IsOfOurDays(time / 1_000_000) ? "nanoseconds" : IsOfOurDays(time / 10_000) ? "ticks of 100 ns" : null;

    private static bool IsOfOurDays(long time) => time is > 946_684_800_000 and < 4_102_444_800_000;
}
