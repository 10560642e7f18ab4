using System.Globalization;
using System.Text;
using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>The format of a CSV file.</summary>
public sealed record CsvOptions
{
    /// <summary>The character between cells: a tab, or one of ASCII's visible characters. Default: a comma.</summary>
    /// <exception cref="ArgumentException">It cannot separate cells.</exception>
    public char Separator
    {
        get;
        init
        {
            Sep.New(value);
            field = value;
        }
    } = ',';

    /// <summary>Whether cells in double quotes may contain separators, line breaks and, doubled, quotes. If false, a quote is a character
    /// like any other. Default true.</summary>
    public bool HasQuotes { get; init; } = true;

    /// <summary>The largest number of line breaks in a quoted cell. Default 1,000.</summary>
    /// <remarks>An unclosed quote is detected at the next quote in an impossible place, at the latest after this number of lines; only the
    /// line in which it opens is lost.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int MaxLinesInCell
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxLinesInCell));
            field = value;
        }
    } = 1_000;

    /// <summary>The encoding of the file, unless it begins with a byte order mark. Default: UTF-8.</summary>
    public Encoding Encoding { get; init; } = Encoding.UTF8;

    /// <summary>The culture of decimal separators and signs, and of the names of months in <see cref="DateFormats"/>. Default: the
    /// invariant culture. Digits are never grouped.</summary>
    public CultureInfo Culture { get; init; } = CultureInfo.InvariantCulture;

    /// <summary>The formats of dates, as for <see cref="DateTime.ParseExact(string, string, IFormatProvider)"/>: <c>dd.MM.yyyy</c>.
    /// Default: none, which means ISO 8601, <c>2024-01-31</c> or <c>2024-01-31T12:30:00Z</c>.</summary>
    /// <exception cref="ArgumentException">A format leaves out the year, the month or the day.</exception>
    public IReadOnlyList<string> DateFormats
    {
        get;
        init
        {
            foreach (var format in value) CsvDates.Check(format);
            field = value;
        }
    } = [];

    /// <summary>The words for a missing value, besides the empty cell: <c>NA</c>, <c>\N</c>. In quotes they are ordinary text. Default:
    /// none.</summary>
    public IReadOnlyList<string> NullWords { get; init; } = [];

    /// <summary>The number of lines before the header. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int SkippedLines
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(SkippedLines));
            field = value;
        }
    }

    /// <summary>The first character of comment lines, which are not rows: <c>#</c>. Default null: all lines are rows.</summary>
    public char? Comment { get; init; }

    /// <summary>The reaction to a file that has other rows than the job had read before its restart. Default:
    /// <see cref="ReplacedFile.Refuse"/>.</summary>
    public ReplacedFile WhenReplaced { get; init; }

    /// <summary>Whether errors quote the cell that could not be read. They end up in logs and in dead letters. Default false.</summary>
    public bool ShowsValues { get; init; }
}
