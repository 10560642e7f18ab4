namespace Dataflow;

/// <summary>Calendar windows in a time zone: a day lasts from midnight to midnight there, 23 or 25 hours where the clocks change in
/// between.</summary>
/// <remarks>The rules of time zones come from the system. A day whose midnight is skipped begins when the clocks go on; one whose midnight
/// occurs twice begins at the first.</remarks>
public static class Calendar
{
    /// <summary>Windows of one day.</summary>
    /// <param name="timeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
    /// <exception cref="ArgumentException">The system does not know the zone.</exception>
    /// <example><code>
    /// orders.Window(Calendar.Days("Europe/Berlin"))
    ///     .Aggregate(
    ///         a => a.Sum(order => order.Pieces),
    ///         (day, pieces) => $"day    {day.Start:MM-dd HH:mm} to {day.End:MM-dd HH:mm}: {pieces}")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Days(string timeZone = "UTC")
        => new CalendarWindows("days", timeZone, static day => day, static day => day.AddDays(1));

    /// <summary>Windows of one week.</summary>
    /// <param name="timeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
    /// <param name="firstDay">The day with which a week begins.</param>
    /// <exception cref="ArgumentException">The system does not know the zone.</exception>
    /// <example><code>
    /// orders.Window(Calendar.Weeks("Europe/Berlin"), "weeks")
    ///     .Aggregate(
    ///         a => a.Sum(order => order.Pieces),
    ///         (week, pieces) => $"week   {week.Start:MM-dd HH:mm} to {week.End:MM-dd HH:mm}: {pieces}")
    ///     .To(Sink.Console&lt;string>(name: "weeks"));
    /// </code></example>
    public static WindowSpec Weeks(string timeZone = "UTC", DayOfWeek firstDay = DayOfWeek.Monday)
        => new CalendarWindows(
            $"weeks from {firstDay}", timeZone,
            day => day.AddDays(-((day.DayOfWeek - firstDay + 7) % 7)), static week => week.AddDays(7));

    /// <summary>Windows of one month.</summary>
    /// <param name="timeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
    /// <exception cref="ArgumentException">The system does not know the zone.</exception>
    /// <example><code>
    /// orders.Window(Calendar.Months("Europe/Berlin"), "months")
    ///     .Aggregate(
    ///         a => a.Sum(order => order.Pieces),
    ///         (month, pieces) => $"month  {month.Start:MM-dd HH:mm} to {month.End:MM-dd HH:mm}: {pieces}")
    ///     .To(Sink.Console&lt;string>(name: "months"));
    /// </code></example>
    public static WindowSpec Months(string timeZone = "UTC")
        => new CalendarWindows("months", timeZone, static day => day.AddDays(1 - day.Day), static month => month.AddMonths(1));
}

/// <summary>Windows of whole days of a time zone, without gaps or overlaps.</summary>
internal sealed record CalendarWindows : AlignedWindows
{
    private const long MaxShiftMs = 26 * 3_600_000; // zones have crossed the date line

    private const long BeyondMs = 100L * 24 * 3_600_000; // all windows with records end within

    private readonly TimeZoneInfo _zone;
    private readonly Func<DateTime, DateTime> _startOf; // the first day of the window with a day
    private readonly Func<DateTime, DateTime> _next; // the first day of the next window

    public CalendarWindows(string text, string timeZone, Func<DateTime, DateTime> startOf, Func<DateTime, DateTime> next)
        : base($"{text} in {timeZone}")
    {
        ArgumentNullException.ThrowIfNull(timeZone);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone))
        {
            throw new ArgumentException(
                $"Time zone '{timeZone}': the system does not know it. Use an IANA name such as 'Europe/Berlin', and see that the system "
                + "has its time zone data (package tzdata).", nameof(timeZone));
        }

        _zone = zone;
        _startOf = startOf;
        _next = next;
    }

    public override Window PaneOf(long moment)
    {
        moment = Math.Clamp(moment, TimeRange.Min - BeyondMs, TimeRange.Max + BeyondMs); // no record lies there, but watermarks may
        var start = _startOf(LocalOf(moment).Date);
        var end = FirstMomentOf(_next(start));
        // Where clocks go back over midnight, the day before recurs for a while: that time belongs to the day which has begun.
        return moment < end ? new(FirstMomentOf(start), end) : new(end, FirstMomentOf(_next(_next(start))));
    }

    private long FirstMomentOf(DateTime day)
    {
        var guess = Guess(day);
        return LocalOf(guess) >= day && LocalOf(guess - 1) < day ? guess : Search(day, guess);
    }

    private long Guess(DateTime day)
    {
        if (_zone.IsAmbiguousTime(day)) return new DateTimeOffset(day, _zone.GetAmbiguousTimeOffsets(day).Max()).ToUnixTimeMilliseconds();
        var skipped = day;
        while (_zone.IsInvalidTime(skipped)) skipped = skipped.AddMinutes(-1);
        var first = skipped == day ? day : skipped.AddMinutes(1);
        return new DateTimeOffset(first, _zone.GetUtcOffset(skipped)).ToUnixTimeMilliseconds();
    }

    /// <summary>Searches for the moment at which a day begins, near a wrong guess: where a zone changed its standard time at midnight, the
    /// runtime calls no local time invalid or ambiguous.</summary>
    private long Search(DateTime day, long guess)
    {
        var (before, from) = (guess - MaxShiftMs, guess + MaxShiftMs);
        while (from - before > 1)
        {
            var middle = before + ((from - before) / 2);
            if (LocalOf(middle) >= day) from = middle;
            else before = middle;
        }

        return from;
    }

    private DateTime LocalOf(long moment)
    {
        var utc = DateTimeOffset.FromUnixTimeMilliseconds(moment);
        return utc.ToOffset(_zone.GetUtcOffset(utc)).DateTime;
    }
}
