using System.Globalization;
using CsCheck;

namespace Dataflow.Tests.Connectors;

public sealed class CsvValuesTests : IDisposable
{
    private static readonly CultureInfo Comma = WithComma();

    private readonly TemporaryFolder _folder = new();

    public enum Color
    {
        Red = 1,
        Blue = 2,
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("12,34")]
    [InlineData("1,234.5")]
    [InlineData("5-")]
    [InlineData("(5)")]
    [InlineData("$5")]
    [InlineData("1 234")]
    [InlineData("0x10")]
    [InlineData("1e400")]
    [InlineData("")]
    [InlineData("٣")]
    public void Refuses_what_is_no_number(string cell)
    {
        Assert.False(IsRead<double>(cell));
        Assert.False(IsRead<decimal>(cell));
        Assert.False(IsRead<int>(cell));
        Assert.False(IsRead<float?>(cell.Length == 0 ? "x" : cell));
    }

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("-.5", -0.5)]
    [InlineData("+1E3", 1000)]
    [InlineData(" 7 ", 7)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("nan", double.NaN)]
    [InlineData("NaN", double.NaN)]
    public void Reads_floating_point_numbers(string cell, double value) => Assert.Equal(value, Value<double>(cell));

    [Fact]
    public void Takes_a_number_by_its_value_whatever_its_notation()
    {
        Assert.Equal(1, Value<int>("1.0"));
        Assert.Equal(1000, Value<long>("1E3"));
        Assert.Equal(1000m, Value<decimal>("1E3"));
        Assert.False(IsRead<int>("1.5"));
        Assert.False(IsRead<byte>("256"));
        Assert.False(IsRead<byte>("2.56E2"));
    }

    [Fact]
    public void Reads_numbers_of_another_culture_and_no_others()
    {
        Assert.Equal(1.5, Value<double>("1,5", new() { Culture = Comma, Separator = ';' }));
        Assert.Equal(-12.34m, Value<decimal>("-12,34", new() { Culture = Comma, Separator = ';' }));
        Assert.False(IsRead<double>("1.5", new() { Culture = Comma, Separator = ';' }));
        Assert.False(IsRead<decimal>("1.234,5", new() { Culture = Comma, Separator = ';' }));
    }

    [Theory]
    [InlineData("10:30")]
    [InlineData("1.5")]
    [InlineData("Feb 2024")]
    [InlineData("2024-02")]
    [InlineData("2024")]
    [InlineData("03/02/49")]
    [InlineData("03.02.2024")]
    [InlineData("20240102")]
    [InlineData("2024-1-2")]
    [InlineData("2024-02-30")]
    [InlineData("2024-01-02T")]
    [InlineData("2024-01-02T10")]
    [InlineData("2024-01-02T24:00")]
    [InlineData("2024-01-02T10:30:60")]
    [InlineData("2024-01-02T10:30:00.")]
    [InlineData("2024-01-02T10:30:00+1")]
    [InlineData("2024-01-02T10:30:00+01:60")]
    [InlineData("2024-01-02T10:30:00+15:00")]
    [InlineData("2024-01-02T10:30:00Zx")]
    [InlineData("2024-01-02 10:30 PM")]
    [InlineData("0000-01-02")]
    [InlineData("0001-01-01T00:00+01:00")]
    public void Refuses_dates_that_are_not_whole_and_in_ISO_form(string cell)
    {
        Assert.False(IsRead<DateTime>(cell));
        Assert.False(IsRead<DateTimeOffset>(cell));
        Assert.False(IsRead<DateOnly>(cell));
    }

    [Fact]
    public void Reads_any_time_in_any_ISO_form()
        => Gen.Select(Gen.DateTime, Gen.Int[0, 7], Gen.Int[-14 * 60, 14 * 60], Gen.Bool).Sample((time, digits, zone, hasT) =>
    {
        var unit = (long)Math.Pow(10, 7 - digits);
        if (time.Year is < 2 or > 9998) return true;
        var expected = new DateTimeOffset(time.Ticks / unit * unit, TimeSpan.FromMinutes(zone));
        var text = expected.ToString(
            $"yyyy-MM-dd{(hasT ? "'T'" : "' '")}HH:mm:ss{(digits == 0 ? "" : ".fffffff"[..(digits + 1)])}zzz",
            CultureInfo.InvariantCulture);
        return Value<DateTimeOffset>(text).EqualsExact(expected) && Value<DateTime>(text) is { Kind: DateTimeKind.Utc } utc
            && utc == expected.UtcDateTime;
    }, iter: 300, threads: 1);

    [Theory]
    [InlineData("2024-01-31", "2024-01-31T00:00:00Z")]
    [InlineData("2024-01-31 12:30", "2024-01-31T12:30:00Z")]
    [InlineData("2024-01-31t12:30:05z", "2024-01-31T12:30:05Z")]
    [InlineData("2024-01-31T12:30:05.123456789Z", "2024-01-31T12:30:05.1234567Z")]
    [InlineData("2024-01-31T12:30:05+0130", "2024-01-31T11:00:05Z")]
    [InlineData("2024-01-31T12:30:05-02", "2024-01-31T14:30:05Z")]
    public void Reads_ISO_forms(string cell, string utc)
        => Assert.Equal(DateTime.Parse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), Value<DateTime>(cell));

    [Fact]
    public void Reads_dates_in_the_forms_that_are_given_and_no_others()
    {
        var options = new CsvOptions { DateFormats = ["dd.MM.yyyy", "dd.MM.yyyy HH:mm"] };
        Assert.Equal(new DateTime(2024, 2, 3, 0, 0, 0, DateTimeKind.Utc), Value<DateTime>("03.02.2024", options));
        Assert.Equal(new DateTimeOffset(2024, 2, 3, 9, 5, 0, TimeSpan.Zero), Value<DateTimeOffset>("03.02.2024 09:05", options));
        Assert.Equal(new DateOnly(2024, 2, 3), Value<DateOnly>("03.02.2024", options));
        Assert.False(IsRead<DateTime>("2024-02-03", options));
    }

    [Theory]
    [InlineData("HH:mm")]
    [InlineData("dd.MM.")]
    [InlineData("MMM yyyy")]
    public void Refuses_a_form_of_dates_that_todays_date_would_complete(string format)
        => Assert.Equal($"The format '{format}' does not give year, month and day. (Parameter 'format')",
            Assert.Throws<ArgumentException>(() => new CsvOptions { DateFormats = [format] }).Message);

    [Fact]
    public void Reads_spans_and_times_of_day_that_say_what_their_parts_are()
    {
        Assert.Equal(new TimeSpan(1, 2, 3, 4), Value<TimeSpan>("1.02:03:04"));
        Assert.Equal(new TimeOnly(12, 30), Value<TimeOnly>("12:30"));
        foreach (var cell in (string[])["5", "1:30", "24:00:00", "1:2:3:4"]) Assert.False(IsRead<TimeSpan>(cell), cell);
        foreach (var cell in (string[])["5", "1:30", "24:00", "1 PM"]) Assert.False(IsRead<TimeOnly>(cell), cell);
    }

    [Fact]
    public void Reads_enums_by_name_alone()
    {
        Assert.Equal(Color.Blue, Value<Color>("blue"));
        foreach (var cell in (string[])["99", "1", "Red, Blue", "-1", "+1", ""]) Assert.False(IsRead<Color>(cell), cell);
    }

    [Fact]
    public void Tells_an_empty_text_in_quotes_from_a_missing_one()
    {
        Assert.Null(Value<string?>("", new(), "text"));
        Assert.Equal("", Value<string?>("\"\"", new(), "text"));
        Assert.Null(Value<int?>("\"\""));
    }

    [Fact]
    public void Takes_null_words_for_missing_values_where_they_are_not_in_quotes()
    {
        var options = new CsvOptions { NullWords = ["NA", @"\N"] };
        Assert.Null(Value<string?>("NA", options, "text"));
        Assert.Equal("NA", Value<string?>("\"NA\"", options, "text"));
        Assert.Equal("N", Value<string?>("N", options, "text"));
        Assert.Null(Value<double?>(@"\N", options));
        Assert.False(IsRead<double>("NA", options));
        Assert.Equal(["line 2, column 'text': the cell is not of type String"],
            Reads.All(Source.Csv<Required>(_folder.Write("a.csv", "text\nNA\n"), options)).Faults);
    }

    [Fact]
    public void Passes_over_lines_before_the_header_and_comments_whatever_is_in_them()
    {
        var text = "exported \"by hand\nand \"again,\"\n#x\nvalue,text\n# it's 5\" and,\"\n1,#a\n#\n\"2\",\"#\n#b\"\n";
        var (values, faults) = Reads.All(
            Source.Csv<Both>(_folder.Write("a.csv", text), new CsvOptions { SkippedLines = 2, Comment = '#' }));
        Assert.Equal([new(1, "#a"), new(2, "#\n#b")], values);
        Assert.Empty(faults);
    }

    [Fact]
    public void Counts_lines_that_are_no_rows_in_errors()
        => Assert.Equal(["line 5, column 'value': the cell is not of type Int32"], Reads.All(Source.Csv<Both>(
            _folder.Write("a.csv", "exported\nvalue,text\n#\n\nx,\n"), new CsvOptions { SkippedLines = 1, Comment = '#' })).Faults);

    [Fact]
    public void Says_which_form_was_expected_and_shows_the_value_only_when_asked_to()
    {
        var path = _folder.Write("a.csv", "value\n\"1,5\"\n");
        Assert.Equal(["line 2, column 'value': the cell is not of type Double (such as 1234.5, digits not grouped)"],
            Reads.All(Source.Csv<One<double>>(path)).Faults);
        Assert.Equal(["line 2, column 'value': the cell '1,5' is not of type DateTime (of the form 'dd.MM.yyyy')"],
            Reads.All(Source.Csv<One<DateTime>>(path, new CsvOptions { ShowsValues = true, DateFormats = ["dd.MM.yyyy"] })).Faults);
    }

    [Fact]
    public void Says_which_separator_a_file_may_have_and_reads_it_with_that()
    {
        var path = _folder.Write("a.csv", "value;text\n1;x\n");
        Assert.Equal(
            "File 'a.csv': its first line has no ',', so it names one column, but it has ';'. If that stands between cells, name it: new "
            + "CsvOptions { Separator = ';' }.",
            _folder.Anonymous(Assert.Throws<ConnectorException>(() => Reads.All(Source.Csv<Both>(path))).Message));
        Assert.Equal([new(1, "x")], Reads.All(Source.Csv<Both>(path, new CsvOptions { Separator = ';' })).Values);
    }

    public void Dispose() => _folder.Dispose();

    private static CultureInfo WithComma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        return culture;
    }

    private T Value<T>(string cell, CsvOptions? options = null)
    {
        var (values, faults) = Read<T>(cell, options);
        Assert.Empty(faults);
        return Assert.Single(values).Value;
    }

    private string? Value<T>(string cell, CsvOptions options, string column)
    {
        Assert.Equal(typeof(string), typeof(T));
        return Assert.Single(Reads.All(Source.Csv<Optional>(_folder.Write("a.csv", $"{column}\n{cell}\n"), options)).Values).Text;
    }

    private bool IsRead<T>(string cell, CsvOptions? options = null) => Read<T>(cell, options).Faults.Count == 0;

    private (List<One<T>> Values, List<string> Faults) Read<T>(string cell, CsvOptions? options)
    {
        if (!cell.StartsWith('"')) cell = options?.NullWords.Count > 0 ? cell : $"\"{cell}\"";
        return Reads.All(Source.Csv<One<T>>(_folder.Write("a.csv", $"value\n{cell}\n"), options ?? new()));
    }

    public record One<T>(T Value);

    public record Optional(string? Text);

    public record Required(string Text);

    public record Both(int Value, string Text);
}
