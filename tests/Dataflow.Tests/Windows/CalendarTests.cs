using CsCheck;
using Dataflow.Testing;
using Dataflow.Windows;

namespace Dataflow.Tests.Windows;

public class CalendarTests
{
    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/Havana",
            "Asia/Beirut"];

    private static Gen<string> Zone { get; } = Gen.Int[0, 7].Select(i => Zones[i]);

    [Theory]
    [InlineData("2025-03-30T12:00:00Z", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z")] // the clocks go on: 23 hours
    [InlineData("2025-10-26T12:00:00Z", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z")] // they go back: 25 hours
    [InlineData("2025-10-26T22:59:59.999Z", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z")]
    [InlineData("2025-10-26T23:00:00Z", "2025-10-26T23:00:00Z", "2025-10-27T23:00:00Z")]
    [InlineData("1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1970-01-01T23:00:00Z")]
    [InlineData("1960-02-29T00:00:00Z", "1960-02-28T23:00:00Z", "1960-02-29T23:00:00Z")]
    public void Days_last_from_midnight_to_midnight_in_Berlin(string moment, string start, string end)
        => Check(Calendar.Days("Europe/Berlin"), moment, start, end);

    [Theory]
    [InlineData("Asia/Beirut", "2022-03-27T12:00:00Z", "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z")] // midnight is skipped
    [InlineData("America/Havana", "2022-11-06T12:00:00Z", "2022-11-06T04:00:00Z", "2022-11-07T05:00:00Z")] // it comes twice
    [InlineData("Asia/Kolkata", "2022-11-06T18:29:59Z", "2022-11-05T18:30:00Z", "2022-11-06T18:30:00Z")]
    public void A_day_begins_with_its_first_moment(string zone, string moment, string start, string end)
        => Check(Calendar.Days(zone), moment, start, end);

    [Theory]
    [InlineData(DayOfWeek.Monday, "2025-03-30T12:00:00Z", "2025-03-23T23:00:00Z", "2025-03-30T22:00:00Z")]
    [InlineData(DayOfWeek.Sunday, "2025-03-30T12:00:00Z", "2025-03-29T23:00:00Z", "2025-04-05T22:00:00Z")]
    public void Weeks_begin_with_a_day_of_choice(DayOfWeek firstDay, string moment, string start, string end)
        => Check(Calendar.Weeks("Europe/Berlin", firstDay), moment, start, end);

    [Theory]
    [InlineData("2024-02-29T23:30:00Z", "2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z")]
    [InlineData("2024-02-15T00:00:00Z", "2024-01-31T23:00:00Z", "2024-02-29T23:00:00Z")]
    [InlineData("2023-02-15T00:00:00Z", "2023-01-31T23:00:00Z", "2023-02-28T23:00:00Z")]
    public void Months_have_their_own_lengths(string moment, string start, string end)
        => Check(Calendar.Months("Europe/Berlin"), moment, start, end);

    [Fact]
    public void Windows_follow_each_other_without_gap_in_every_zone()
        => Gen.Select(Zone, Gen.Int[0, 2], Gen.Long[-700_000_000_000, 1_900_000_000_000]).Sample((zone, kind, moment) =>
        {
            var windows = (AlignedWindows)(kind == 0 ? Calendar.Days(zone) : kind == 1 ? Calendar.Weeks(zone) : Calendar.Months(zone));
            var window = windows.PaneOf(moment);
            return window.StartMs <= moment && moment < window.EndMs && windows.PaneOf(window.EndMs).StartMs == window.EndMs
                && windows.PaneOf(window.StartMs) == window && windows.PaneOf(window.StartMs - 1).EndMs == window.StartMs;
        });

    [Fact]
    public void A_month_begins_where_a_zone_changed_its_standard_time_at_midnight()
    {
        var windows = (AlignedWindows)Calendar.Months("Pacific/Apia"); // from -11:30 to -11 when 1950 began

        var january = windows.PaneOf(new DateTimeOffset(1950, 1, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());

        Assert.Equal(new DateTimeOffset(1950, 1, 1, 11, 30, 0, TimeSpan.Zero), january.Start);
        Assert.Equal(january.StartMs, windows.PaneOf(january.StartMs - 1).EndMs);
    }

    [Fact]
    public void What_comes_again_of_a_day_when_clocks_go_back_over_midnight_belongs_to_the_day_that_has_begun()
    {
        var windows = (AlignedWindows)Calendar.Days("America/St_Johns"); // at 00:01 of 7 November 2010 it was 23:01 of the 6th again
        var midnight = new DateTimeOffset(2010, 11, 7, 2, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

        var sunday = windows.PaneOf(midnight);

        Assert.Equal(midnight, sunday.StartMs);
        Assert.Equal(25, (sunday.End - sunday.Start).TotalHours);
        for (var minute = 0; minute < 120; minute++) Assert.Equal(sunday, windows.PaneOf(midnight + (minute * 60_000)));
        Assert.Equal(midnight, windows.PaneOf(midnight - 1).EndMs);
    }

    [Fact]
    public void Days_agree_with_LINQ_through_restarts()
        => Gen.Select(Reading.Disordered(60), Zone, Gen.Long[-5000, 20_000], Restarted.Any).Sample(
            (readings, zone, day, run) =>
            {
                const long Stretch = 600_000; // readings of ten minutes for each millisecond: a few days
                var spread = readings.Select(r => r with { TimeMs = (r.TimeMs * Stretch) + (day * 86_400_000) }).ToArray();
                var results = run.Run(
                    spread, s => s.WithEventTime(r => r.TimeMs, TimeSpan.FromMilliseconds(60 * Stretch)).KeyBy(r => r.Sensor)
                    .Window(Calendar.Days(zone)).Aggregate(a => a.Count(), (key, w, n) => (key, LocalDay(w.StartMs, zone), n)).Values());
                Assert.Equal(
                    spread.GroupBy(r => (r.Sensor, LocalDay(r.TimeMs, zone))).Select(g => (g.Key.Sensor, g.Key.Item2, (long)g.Count()))
                    .Order(), results.Order());
            },
            iter: 30);

    [Fact]
    public void An_unknown_zone_is_refused_with_what_to_do()
    {
        var error = Assert.Throws<ArgumentException>(() => Calendar.Days("Europe/Berln"));

        Assert.Equal("timeZone", error.ParamName);
        Assert.StartsWith(
            "Time zone 'Europe/Berln': the system does not know it. Use an IANA name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_it_is()
    {
        Assert.Equal("days in UTC", Calendar.Days().ToString());
        Assert.Equal("weeks from Monday in Europe/Berlin", Calendar.Weeks("Europe/Berlin").ToString());
        Assert.Equal("months in Asia/Kolkata", Calendar.Months("Asia/Kolkata").ToString());
    }

    private static void Check(WindowSpec windows, string moment, string start, string end)
        => Assert.Equal(new Window(Milliseconds(start), Milliseconds(end)), ((AlignedWindows)windows).PaneOf(Milliseconds(moment)));

    private static long Milliseconds(string moment)
        => DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static DateTime LocalDay(long moment, string zone)
        => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(moment), TimeZoneInfo.FindSystemTimeZoneById(zone)).Date;
}
