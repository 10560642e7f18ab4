namespace Dataflow.Time;

/// <summary>The times that a record may have: those of which all windows begin and end at a date that .NET knows.</summary>
internal static class TimeRange
{
    private const long DefaultDate = -62_135_596_800_000; // 0001-01-01, what a DateTime is that nobody has set

    public static long Min { get; } = new DateTimeOffset(2, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static long Max { get; } = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() - 1;

    public static bool Holds(long time) => time >= Min && time <= Max;

    /// <summary>The fault of a time that lies outside the range, without its value, which may be personal.</summary>
    public static ArgumentOutOfRangeException Fault(long time)
        => new(null, $"The event time lies outside the years 2 to 9998. {Hint(time)}");

    /// <summary>The fault of a time that is too far ahead of the clock.</summary>
    public static ArgumentOutOfRangeException Fault(long time, TimeSpan maxAhead)
        => new(null, $"The event time is more than {maxAhead} ahead of the clock, which is the 'maxAhead' of WithEventTime."
            + (UnitOf(time) is { } unit ? $" {Misread(unit)}" : ""));

    /// <summary>Whether a time looks like one in seconds, of about now, that was taken for milliseconds.</summary>
    public static bool LooksLikeSeconds(long time, DateTimeOffset now)
        => time > 0 && Math.Abs(time - now.ToUnixTimeSeconds()) < TimeSpan.FromDays(3650).TotalSeconds;

    private static string Hint(long time) => time switch
    {
        DefaultDate => "It is the date that a DateTime has which nobody has set: is it missing in the record?",
        long.MinValue or long.MaxValue => "It is the least or the greatest number there is: does that stand for a time which is not known?",
        _ => UnitOf(time) is { } unit ? Misread(unit) : "Times are milliseconds since 1970 in UTC.",
    };

    private static string Misread(string unit) => $"Times are milliseconds since 1970; read as {unit} it would lie between 2000 and 2100.";

    private static string? UnitOf(long time)
        => IsOfOurDays(time / 1_000) ? "microseconds" : IsOfOurDays(time / 1_000_000) ? "nanoseconds" : IsOfOurDays(time / 10_000) ? "ticks of 100 ns" : null;

    private static bool IsOfOurDays(long time) => time is > 946_684_800_000 and < 4_102_444_800_000;
}
