using System.Globalization;
using DuckDB.NET.Data;
using ParquetSharp;

namespace Dataflow.Arrow.Tests;

/// <summary>The files of apache/parquet-testing, which lie beside the repository: see its shared folder.</summary>
public sealed class ParquetSuiteTests : IDisposable
{
    private const string Refused = "refused";

    private static readonly string[] AsTheyAre = ["Boolean", "String", "Double", "Decimal"];

    private readonly DuckDBConnection _duck = new("DataSource=:memory:");

    public ParquetSuiteTests() => _duck.Open();

    [Fact]
    public void Reads_every_cell_of_flat_columns_as_DuckDB_does()
    {
        var (cells, refused, differences) = (0, 0, new List<string>());
        foreach (var path in Directory.GetFiles(SharedFolder.Find("data", "formats", "parquet-testing"), "*.parquet").Order())
        {
            using var file = Open(path);
            if (file is null) continue;
            foreach (var (name, column, index) in file.Columns.Where(found => found.Column is not null))
            {
                var what = ParquetColumn.NameOf(column);
                var expected = Expected(path, name, what);
                if (expected is null) continue;
                var found = Found(file, name, index, column!, what);
                cells += found.Count;
                foreach (var row in Enumerable.Range(0, expected.Count).Where(row => found[row] == Refused)) expected[row] = Refused;
                refused += found.Count(cell => cell == Refused);
                if (!found.SequenceEqual(expected)) differences.Add($"{Path.GetFileName(path)} {name} {what}: {First(found, expected)}");
            }
        }

        Assert.Empty(differences);
        Assert.Equal(1, refused); // a time of the year 290,000 that its writer had no room for
        Assert.InRange(cells, 300_000, 400_000);
    }

    public void Dispose() => _duck.Dispose();

    private static string First(List<string?> found, List<string?> expected)
        => found.Zip(expected).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First} for {pair.Second}")
            .FirstOrDefault($"{found.Count} rows for {expected.Count}");

    private static ParquetFile? Open(string path)
    {
        try
        {
            return new ParquetFile(path);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>What DuckDB reads; null where it reads nothing.</summary>
    private List<string?>? Expected(string path, string name, string what)
    {
        var quoted = $"\"{name}\"";
        var value = what switch
        {
            "DateTime" => $"epoch_ms({quoted}::TIMESTAMP)::VARCHAR",
            "Byte[]" => $"hex({quoted})",
            "Single" or "Half" => $"{quoted}::FLOAT::DOUBLE",
            _ when what.Contains("Int", StringComparison.Ordinal) || AsTheyAre.Contains(what) => quoted,
            _ => null,
        };
        try
        {
            if (value is null) return null;
            using var command = _duck.CreateCommand();
            command.CommandText = $"SELECT {value} FROM '{path}'";
            using var rows = command.ExecuteReader();
            var found = new List<string?>();
            while (rows.Read()) found.Add(rows.IsDBNull(0) ? null : Text(rows.GetValue(0)));
            return found;
        }
        catch (DuckDBException)
        {
            return null;
        }
    }

    private static List<string?> Found(ParquetFile file, string name, int index, ColumnDescriptor column, string what)
    {
        var type = what switch
        {
            "DateTime" => typeof(long?),
            "Byte[]" => typeof(byte[]),
            "String" => typeof(string),
            "Boolean" => typeof(bool?),
            "Single" or "Double" or "Half" => typeof(double?),
            _ => typeof(decimal?),
        };
        using var values = ParquetColumn.Create(name, index, column, new RowMember(name, type, TakesNull: true))!;
        var (found, bad) = (new List<string?>(), new Dictionary<int, BadCellException>());
        for (var group = 0; group < file.GroupRows.Count; group++)
        {
            using var rows = file.OpenGroup(group);
            values.Open(rows);
            for (var left = file.GroupRows[group]; left > 0; left -= ParquetRows.BatchRows)
            {
                var count = (int)Math.Min(left, ParquetRows.BatchRows);
                values.Read(count, bad);
                for (var row = 0; row < count; row++) found.Add(bad.ContainsKey(row) ? Refused : Text(values.Values.GetValue(row)));
                bad.Clear();
            }
        }

        return found;
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        byte[] bytes => Convert.ToHexString(bytes),
        decimal number => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
