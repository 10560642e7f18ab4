using System.Text;
using System.Text.Json;

namespace Dataflow.Tests.Connectors;

/// <summary>Files of others, each with what it means. They lie beside the repository: see its shared folder.</summary>
public sealed class PublicSuiteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Reads_the_files_of_csv_spectrum_as_they_are_meant()
    {
        var suite = SharedFolder.Find("data", "formats", "csv-spectrum");
        var files = Directory.GetFiles(Path.Combine(suite, "csvs"));
        foreach (var file in files)
        {
            var meant = JsonDocument.Parse(File.ReadAllText(Path.Combine(suite, "json", Path.GetFileNameWithoutExtension(file) + ".json")))
                .RootElement;
            var expected = (meant.ValueKind == JsonValueKind.Array ? [.. meant.EnumerateArray()] : (JsonElement[])[meant])
                .Select(row => string.Join('|', row.EnumerateObject().Select(cell => $"{cell.Name}={cell.Value.GetString()}")));
            // Of this one the file and what it means disagree in the first cell.
            var isAmiss = Path.GetFileName(file) == "location_coordinates.csv";
            Assert.Equal(
                expected.Select(row => isAmiss ? row.Replace("1234567890", "2095257564", StringComparison.Ordinal) : row), Rows(file));
        }

        Assert.Equal(12, files.Length);
    }

    /// <remarks>A case with line breaks is several lines, and one without any text is no line that has a value.</remarks>
    [Fact]
    public void Reads_what_JSON_allows_and_refuses_what_it_does_not()
    {
        var (cases, wrong) = (0, new List<string>());
        foreach (var file in Directory.GetFiles(SharedFolder.Find("data", "formats", "json-suite", "test_parsing")).Order())
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.AsSpan().TrimEnd("\n"u8).Contains((byte)'\n')
                || Encoding.UTF8.GetString(bytes).Trim('\uFEFF', ' ', '\n').Length == 0) continue;
            File.Copy(file, _folder["a.jsonl"], overwrite: true);
            var (values, faults) = Reads.All(Source.JsonLines<JsonElement>(_folder["a.jsonl"]));
            if (values.Count + faults.Count != 1) wrong.Add(Path.GetFileName(file));
            if (Path.GetFileName(file)[0] != 'i'
                && Path.GetFileName(file)[0] == 'y' != (values.Count == 1)) wrong.Add(Path.GetFileName(file));
            cases++;
        }

        Assert.Empty(wrong);
        Assert.InRange(cases, 295, 318);
    }

    public void Dispose() => _folder.Dispose();

    private static List<string> Rows(string file)
    {
        using var rows = new CsvRows(File.OpenRead(file), file, new CsvOptions());
        var (header, found) = (new List<string>(), new List<string>());
        while (rows.MoveNext(out var fault))
        {
            Assert.Null(fault);
            if (rows.Current.ColCount == 1) continue; // a blank line
            if (header.Count == 0) header.AddRange(Cells(rows));
            else found.Add(string.Join('|', header.Zip(Cells(rows), (name, cell) => $"{name}={cell}")));
        }

        return found;
    }

    private static List<string> Cells(CsvRows rows)
    {
        var cells = new List<string>();
        for (var i = 0; i < rows.Current.ColCount; i++) cells.Add(rows.Cell(i).Text.ToString());
        return cells;
    }
}
