using CsCheck;

namespace Dataflow.Tests.Connectors;

public sealed class CsvQuotesTests : IDisposable
{
    private const string Advice = " Inside of quotes, quotes are doubled; where quotes mean nothing, set CsvOptions.HasQuotes to false";

    // Cells as they may stand in a file, of what makes a difference.
    private static readonly Gen<string> Cell = Gen.OneOf(
        Gen.OneOf("\"", ",", "\n", "\r\n", "a", "é", "😀", " ", "x,y"), Gen.String[Gen.Char['a', 'z'], 0, 20])
        .Array[0, 6].Select(string.Concat);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Reads_back_any_text_that_was_written_in_quotes() => Cell.Array[2].Array[0, 400].Sample(rows =>
    {
        var (values, faults) = Read($"a,b\n{string.Concat(rows.Select(row => $"{Quoted(row[0])},{Quoted(row[1])}\n"))}");
        return faults.Count == 0 && values.SequenceEqual(rows.Select(row => new Pair(row[0], row[1])));
    }, iter: 200, threads: 1);

    [Theory]
    [InlineData("x,\"open", "line 3, character 3: the quote is not closed.")]
    [InlineData("x,\"\"\"", "line 3, character 3: the quote is not closed.")]
    [InlineData("\"x\"y,z", "line 3, character 1: the quote is closed by one that text follows.")]
    [InlineData("\"x\" ,z", "line 3, character 1: the quote is closed by one that text follows.")]
    public void Loses_no_row_but_that_of_the_bad_quote(string bad, string fault)
    {
        var (values, faults) = Read($"a,b\n1,1\n{bad}\n2,2\n3,3\n");
        Assert.Equal([new("1", "1"), new("2", "2"), new("3", "3")], values);
        Assert.Equal([fault + Advice], faults);
    }

    [Fact]
    public void Loses_one_row_to_each_bad_quote_wherever_it_stands()
        => Gen.Select(Gen.Int[1, 3000], Gen.OneOf("x,\"", "x,\"y\"\"z", "\"x\"y,z", "\"x,y"), Gen.Int[0, 2_000_000])
            .Sample((rows, bad, seed) =>
        {
            var at = seed % rows;
            var lines = Enumerable.Range(0, rows).Select(i => i == at ? bad : i % 3 == 0 ? $"\"{i} \"\"q\"\"\",{i}" : $"5\" {i},{i}");
            var (values, faults) = Read($"a,b\n{string.Join('\n', lines)}\n", new CsvOptions { MaxLinesInCell = 20 });
            return faults.Count == 1 && faults[0].StartsWith($"line {at + 2}, ", StringComparison.Ordinal)
                && values.Select(pair => pair.B).SequenceEqual(Enumerable.Range(0, rows).Where(i => i != at).Select(i => $"{i}"));
        }, iter: 200, threads: 1);

    [Fact]
    public void Names_the_line_in_which_the_quote_opens_behind_cells_of_several_lines()
    {
        var (values, faults) = Read("a,b\n\"1\n1\",\"1\"x\n2,2\n");
        Assert.StartsWith("line 3, character 4: the quote is closed by", Assert.Single(faults));
        Assert.Equal([new("2", "2")], values[^1..]);
    }

    [Theory]
    [InlineData("5\" disk,x", "5\" disk", "x")]
    [InlineData("a\"b\"\"c\",\"d\"\"e\"", "a\"b\"\"c\"", "d\"e")]
    [InlineData(" \"a\",b", " \"a\"", "b")]
    public void Takes_a_quote_for_a_character_in_a_cell_that_does_not_begin_with_one(string row, string a, string b)
    {
        var (values, faults) = Read($"a,b\n{row}\n1,\"2\"\n");
        Assert.Empty(faults);
        Assert.Equal([new(a, b), new("1", "2")], values);
    }

    [Fact]
    public void Separates_at_a_separator_behind_such_a_quote_and_misses_a_column_rather_than_a_row()
    {
        var (values, faults) = Read("a,b\nx, \"y,z\"\n1,2\n");
        Assert.Equal([new("1", "2")], values);
        Assert.Equal(["line 2 has 3 cells, the header has 2"], faults);
    }

    [Fact]
    public void Keeps_the_code_point_that_hides_quotes_where_it_hides_none_and_says_so_where_it_cannot()
    {
        var (values, faults) = Read("a,b\n\uFFFE,x\n\uFFFE,y\"\n1,\"\"\"\"\n");
        Assert.Equal([new("\uFFFE", "x"), new("1", "\"")], values);
        Assert.Equal(["line 3: it has the code point U+FFFE, which is no character"], faults);
    }

    [Fact]
    public void Bounds_the_lines_of_a_cell()
    {
        var text = "a,b\n1,\"" + new string('\n', 5) + "\"\n2,2\n";
        Assert.Empty(Read(text, new CsvOptions { MaxLinesInCell = 5 }).Faults);
        Assert.Equal(
            "line 2, character 3: the quote is not closed within 4 lines, CsvOptions.MaxLinesInCell." + Advice,
            Read(text, new CsvOptions { MaxLinesInCell = 4 }).Faults[0]);
    }

    [Fact]
    public void Takes_quotes_for_characters_where_they_mean_nothing()
        => Assert.Equal([new("\"x", "5\" disk")], Read("a,b\n\"x,5\" disk\n", new CsvOptions { HasQuotes = false }).Values);

    [Fact]
    public void Says_where_a_bad_quote_stands_in_the_line_that_names_the_columns()
        => Assert.Contains(
            "(line 1, character 3: the quote is not closed.", Assert.Throws<ConnectorException>(() => Read("a,\"b\n1,2\n")).Message);

    [Theory]
    [InlineData('x', "line 3: it has more than 16000000 characters")]
    [InlineData(',', "line 3: it has more than 16000000 characters")]
    [InlineData('"', "line 3, character 3: the quote is not closed within 16000000 characters.")]
    public void Loses_one_row_to_a_line_without_end(char filling, string fault)
    {
        using (var file = File.CreateText(_folder["a.csv"]))
        {
            file.Write("a,b\n1,1\nx,\"".AsSpan(0, filling == '"' ? 11 : 10));
            for (var i = 0; i < 320; i++) file.Write(new string(filling, 100_000));
            file.Write("\n2,2\n");
        }

        var (values, faults) = Reads.All(Source.Csv<Pair>(_folder["a.csv"]));
        Assert.Equal([new("1", "1"), new("2", "2")], values);
        Assert.StartsWith(fault, Assert.Single(faults));
    }

    [Fact]
    public void Reads_long_cells()
    {
        var text = new string('x', 15_000_000);
        Assert.Equal([new(text, "1"), new("2", "2")], Read($"a,b\n\"{text}\",1\n2,2\n").Values);
    }

    public void Dispose() => _folder.Dispose();

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private (List<Pair> Values, List<string> Faults) Read(string text, CsvOptions? options = null)
        => Reads.All(Source.Csv<Pair>(_folder.Write("a.csv", text), options ?? new()));

    public record Pair(string A, string B);
}
