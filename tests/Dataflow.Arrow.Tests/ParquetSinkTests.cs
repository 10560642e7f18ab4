using Dataflow.Log;
using Dataflow.Tests.Connectors;

namespace Dataflow.Arrow.Tests;

/// <summary>DuckDB reads what the sink wrote.</summary>
public class ParquetSinkTests : FileSinkContract
{
    private string Path => Folder["rows.parquet"];

    protected override Sink<Row> Create(IFileSystem disk) => new RowFileSink<Row>(disk, Path, new ParquetFormat());

    protected override IReadOnlyList<Row> Result()
    {
        Assert.Equal(["rows.parquet"], Folder.Files);
        return Duck.Ask($"SELECT Id, Text, Value FROM '{Path}' ORDER BY file_row_number", row => new Row(
            row.GetInt32(0), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetDouble(2)));
    }

    protected override void Clear()
    {
        File.Delete(Path);
        File.Delete(Path + ".partial");
    }

    [Fact]
    public void Writes_each_type_of_property_with_and_without_a_value()
    {
        var time = new DateTime(2001, 2, 3, 4, 5, 6, 7, DateTimeKind.Utc);
        Write(
            new Everything(
                "Zürich", -1, 2, -3, 4, -5, 6, -7, 8, 1.5f, 2.5, true, time, DayOfWeek.Monday, [1, 255], [0.5f, -1], 9, false, time),
            new Everything(
                null, 1, 0, 0, 0, 0, 0, 0, ulong.MaxValue, 0, 0, false, DateTime.UnixEpoch.AddMilliseconds(-1), (DayOfWeek)9, null, null,
                null, null, null),
            new Everything("", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, default, DayOfWeek.Friday, [], [], 0, true, null),
            new Everything("a", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, default, DayOfWeek.Friday, [7], [7], 0, true, null));

        string[] rows = [.. Duck.Ask($"SELECT r::VARCHAR FROM '{Path}' r ORDER BY file_row_number", row => row.GetString(0))];

        Assert.Equal(
            "{'Text': Zürich, 'I8': -1, 'U8': 2, 'I16': -3, 'U16': 4, 'I32': -5, 'U32': 6, 'I64': -7, 'U64': 8, 'F32': 1.5, 'F64': 2.5, "
            + "'Bit': true, 'Time': '2001-02-03 04:05:06.007+00', 'Day': Monday, 'Bytes': \\x01\\xFF, 'Floats': [0.5, -1.0], 'MaybeInt': "
            + "9, "
            + "'MaybeBit': false, 'MaybeTime': '2001-02-03 04:05:06.007+00'}", rows[0]);
        Assert.Equal(
            "{'Text': NULL, 'I8': 1, 'U8': 0, 'I16': 0, 'U16': 0, 'I32': 0, 'U32': 0, 'I64': 0, 'U64': 18446744073709551615, 'F32': 0.0, "
            + "'F64': 0.0, 'Bit': false, 'Time': '1969-12-31 23:59:59.999+00', 'Day': 9, 'Bytes': NULL, 'Floats': NULL, 'MaybeInt': NULL, "
            + "'MaybeBit': NULL, 'MaybeTime': NULL}", rows[1]);
        Assert.Contains("'Bytes': '', 'Floats': []", rows[2], StringComparison.Ordinal);
        Assert.Contains("'Bytes': \\x07, 'Floats': [7.0]", rows[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Compresses_row_groups_and_says_where_the_rows_come_from()
    {
        Write([.. Enumerable.Range(0, 70_000).Select(i => new Row(i, null, i))]);

        Assert.Equal([65_536, 70_000 - 65_536], Duck.Ask(
            $"SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('{Path}') ORDER BY 1", row => (int)row.GetInt64(1)));
        Assert.Equal(["ZSTD"], Duck.Ask($"SELECT DISTINCT compression FROM parquet_metadata('{Path}')", row => row.GetString(0)));
        Assert.Equal(["dataflow.pipeline=export", "dataflow.plan=p1"], Duck.Ask(
            $"SELECT key::VARCHAR || '=' || value::VARCHAR FROM parquet_kv_metadata('{Path}') ORDER BY 1", row => row.GetString(0)));
    }

    [Fact]
    public void Reads_back_what_it_wrote()
    {
        Row[] rows = [.. Enumerable.Range(0, 5_000).Select(i => new Row(i, i % 3 == 0 ? null : $"row {i}", i % 5 == 0 ? null : i * 0.5))];
        Write(rows);
        using var reader = Source.Parquet<Row>(Path)
            .Open(new SourceSplit(0, 0, Path, null), 0, new SourceContext(null!, TimeProvider.System));
        var read = new Record<Row>[rows.Length];
        Assert.Equal(rows.Length, reader.Read(read));
        Assert.Equal(rows, read.Select(record => record.Value));
    }

    [Fact]
    public void Writes_and_reads_texts_without_strings()
    {
        TextRow[] rows = [new("Zürich", "é"), new("", null), new("tea", "")];
        Write(rows);

        Assert.Equal(
            ["Zürich|é", "|", "tea|"],
            Duck.Ask($"SELECT Text || '|' || coalesce(Maybe, '') FROM '{Path}'", row => row.GetString(0)));
        using var reader = Source.Parquet<TextRow>(Path)
            .Open(new SourceSplit(0, 0, Path, null), 0, new SourceContext(null!, TimeProvider.System));
        var read = new Record<TextRow>[rows.Length];
        Assert.Equal(rows.Length, reader.Read(read));
        Assert.Equal(rows, read.Select(record => record.Value));
    }

    private void Write<T>(params T[] rows)
    {
        using var writer = Sink.Parquet<T>(Path).Open(default, Context);
        foreach (var row in rows) writer.Write(new Record<T>(row, 0, default));
        writer.Prepare(new CheckpointOutput());
        writer.Commit();
        writer.Finish();
    }

    public record Everything(
        string? Text, sbyte I8, byte U8, short I16, ushort U16, int I32, uint U32, long I64, ulong U64, float F32, double F64, bool Bit,
        DateTime Time, DayOfWeek Day, byte[]? Bytes, float[]? Floats, int? MaybeInt, bool? MaybeBit, DateTime? MaybeTime);
}

public sealed record TextRow(Utf8 Text, Utf8? Maybe);
