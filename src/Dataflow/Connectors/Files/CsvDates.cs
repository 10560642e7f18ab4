using System.Globalization;

namespace Dataflow;

/// <summary>Parses dates and times that are complete: nothing is taken from today's date or the machine's time zone.</summary>
/// <remarks><code>
/// date    2024-01-31
/// time    12:30    12:30:00    12:30:00.123456789
/// both    date, 'T' or a space, time, and perhaps a zone: Z    +01:00    +0100    +01
/// </code>What is finer than 100 ns is cut off.</remarks>
internal sealed class CsvDates(CultureInfo culture, IReadOnlyList<string> formats)
{
    private const string Iso = "2024-01-31";

    private static readonly DateTime Sample = new(2003, 4, 25, 17, 6, 7, DateTimeKind.Utc);

    /// <summary>The expected form of a date, for errors.</summary>
    public string DateForm => Form(Iso);

    /// <summary>The expected form of a date with a time, for errors.</summary>
    public string DateTimeForm => Form($"{Iso} or {Iso}T12:30:00Z");

    /// <exception cref="ArgumentException">The format leaves out a part of the date.</exception>
    public static void Check(string format)
    {
        var text = Sample.ToString(format, CultureInfo.InvariantCulture);
        if (DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var date)
            && date.Date == Sample.Date) return;
        throw new ArgumentException($"The format '{format}' does not give year, month and day.", nameof(format));
    }

    public bool TryParse(ReadOnlySpan<char> cell, out DateTime time)
    {
        var isKnown = TryParse(cell, out DateTimeOffset found);
        time = found.UtcDateTime;
        return isKnown;
    }

    // Without an offset a time is UTC, never the machine's zone.
    public bool TryParse(ReadOnlySpan<char> cell, out DateTimeOffset time)
    {
        if (formats.Count == 0) return TryParseIso(cell.Trim(), out time);
        foreach (var format in formats)
        {
            const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;
            if (DateTimeOffset.TryParseExact(cell, format, culture, Styles, out time)) return true;
        }

        time = default;
        return false;
    }

    public bool TryParse(ReadOnlySpan<char> cell, out DateOnly date)
    {
        if (formats.Count == 0) return TryParseIso(cell.Trim(), out date);
        foreach (var format in formats)
        {
            if (DateOnly.TryParseExact(cell, format, culture, DateTimeStyles.AllowWhiteSpaces, out date)) return true;
        }

        date = default;
        return false;
    }

    public static bool TryParse(ReadOnlySpan<char> cell, out TimeOnly time)
    {
        cell = cell.Trim();
        var isTime = TryTakeTime(ref cell, out var ticks) && cell.IsEmpty;
        time = isTime ? new TimeOnly(ticks) : default;
        return isTime;
    }

    /// <summary>Parses <c>[-][days.]hours:minutes:seconds[.fraction]</c>. Shorter forms are refused: 5 might be days or hours.</summary>
    public static bool TryParse(ReadOnlySpan<char> cell, out TimeSpan span)
    {
        span = default;
        return cell.Count(':') == 2 && TimeSpan.TryParseExact(cell.Trim(), "c", CultureInfo.InvariantCulture, out span);
    }

    private static bool TryParseIso(ReadOnlySpan<char> text, out DateOnly date)
        => TryTakeDate(ref text, out date) && text.IsEmpty;

    private static bool TryParseIso(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (!TryTakeDate(ref text, out var date)) return false;
        var (ticks, offset) = (0L, 0);
        if (!text.IsEmpty)
        {
            if (text[0] is not ('T' or 't' or ' ')) return false;
            text = text[1..];
            if (!TryTakeTime(ref text, out ticks) || !TryTakeZone(ref text, out offset) || !text.IsEmpty) return false;
        }

        ticks += date.DayNumber * TimeSpan.TicksPerDay;
        if (offset != 0 && !IsInYears1To9999(ticks - (offset * TimeSpan.TicksPerMinute))) return false;
        time = new DateTimeOffset(ticks, TimeSpan.FromMinutes(offset));
        return true;
    }

    private static bool IsInYears1To9999(long ticks) => ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;

    private static bool TryTakeDate(ref ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        if (!TryTake(ref text, 4, out var year) || !TryTake(ref text, '-') || !TryTake(ref text, 2, out var month)
            || !TryTake(ref text, '-') || !TryTake(ref text, 2, out var day)) return false;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    private static bool TryTakeTime(ref ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (!TryTake(ref text, 2, out var hour) || !TryTake(ref text, ':') || !TryTake(ref text, 2, out var minute)) return false;
        var second = 0;
        if (TryTake(ref text, ':') && (!TryTake(ref text, 2, out second) || !TryTakeFraction(ref text, out ticks))) return false;
        ticks += (((hour * 60L) + minute) * 60 * TimeSpan.TicksPerSecond) + (second * TimeSpan.TicksPerSecond);
        return hour < 24 && minute < 60 && second < 60;
    }

    private static bool TryTakeFraction(ref ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (!TryTake(ref text, '.')) return true;
        var unit = TimeSpan.TicksPerSecond;
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = text.Length;
        foreach (var digit in text[..digits]) ticks += (digit - '0') * (unit /= 10);
        text = text[digits..];
        return digits > 0;
    }

    /// <summary>Takes a zone, if there is one, as minutes ahead of UTC.</summary>
    private static bool TryTakeZone(ref ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text.IsEmpty || TryTake(ref text, 'Z') || TryTake(ref text, 'z')) return true;
        var sign = text[0] == '-' ? -1 : 1;
        if ((!TryTake(ref text, '+') && !TryTake(ref text, '-')) || !TryTake(ref text, 2, out var hours)) return false;
        if ((TryTake(ref text, ':') || !text.IsEmpty) && !TryTake(ref text, 2, out minutes)) return false;
        if (minutes >= 60) return false;
        minutes = sign * ((hours * 60) + minutes);
        return Math.Abs(minutes) <= 14 * 60;
    }

    private static bool TryTake(ref ReadOnlySpan<char> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected) return false;
        text = text[1..];
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<char> text, int digits, out int number)
    {
        number = 0;
        if (text.Length < digits || text[..digits].ContainsAnyExceptInRange('0', '9')) return false;
        foreach (var digit in text[..digits]) number = (number * 10) + digit - '0';
        text = text[digits..];
        return true;
    }

    private string Form(string iso)
        => formats.Count == 0 ? $"such as {iso}" : $"of the form {string.Join(" or ", formats.Select(format => $"'{format}'"))}";
}
