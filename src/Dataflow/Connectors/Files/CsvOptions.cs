using System.Globalization;
using System.Text;
using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>How a file of separated values is written.</summary>
public sealed record CsvOptions
{
    /// <summary>The character between cells: a tab, or one of ASCII's visible characters. A comma by default.</summary>
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

    /// <summary>Whether cells in double quotes may contain separators, line breaks and, doubled, quotes. Without, a quote is a
    /// character like any other.</summary>
    public bool HasQuotes { get; init; } = true;

    /// <summary>How many line breaks a cell in quotes may contain. Default 1,000.</summary>
    /// <remarks>A quote that is not closed is found at the next quote that cannot stand where it does, but no later than after so many
    /// lines; only the line in which it opens is lost to it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int MaxLinesInCell
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxLinesInCell));
            field = value;
        }
    } = 1_000;

    /// <summary>How the file's bytes are text, unless it begins with a byte order mark. UTF-8 by default.</summary>
    public Encoding Encoding { get; init; } = Encoding.UTF8;

    /// <summary>Whose decimal separator and signs numbers have, and whose names of months <see cref="DateFormats"/> mean. The
    /// invariant culture's by default. Digits are never grouped.</summary>
    public CultureInfo Culture { get; init; } = CultureInfo.InvariantCulture;

    /// <summary>How dates are written, in the words of <see cref="DateTime.ParseExact(string, string, IFormatProvider)"/>:
    /// <c>dd.MM.yyyy</c>. Empty, as by default: ISO 8601, <c>2024-01-31</c> or <c>2024-01-31T12:30:00Z</c>.</summary>
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

    /// <summary>The words for a missing value, besides the empty cell: <c>NA</c>, <c>\N</c>. Only where they are not in quotes.</summary>
    public IReadOnlyList<string> NullWords { get; init; } = [];

    /// <summary>How many lines stand before the one that names the columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int SkippedLines
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(SkippedLines));
            field = value;
        }
    }

    /// <summary>The beginning of comment lines, which are no rows: <c>#</c>. Null: all lines are rows.</summary>
    public char? Comment { get; init; }

    /// <summary>The choice where a job that starts again finds other rows than it had read.</summary>
    public ReplacedFile WhenReplaced { get; init; }

    /// <summary>Whether errors quote the cell that could not be read. They end up in logs, and in dead letters.</summary>
    public bool ShowsValues { get; init; }
}
