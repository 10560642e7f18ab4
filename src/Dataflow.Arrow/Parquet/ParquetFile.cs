using ParquetSharp;
using ParquetSharp.Schema;

namespace Dataflow.Arrow;

/// <summary>An open Parquet file.</summary>
internal sealed class ParquetFile : IDisposable
{
    private readonly ParquetFileReader _reader;

    /// <exception cref="Exception">The file is not a Parquet file, or damaged.</exception>
    public ParquetFile(string path)
    {
        _reader = new ParquetFileReader(path);
        try
        {
            Columns = [.. FindColumns(_reader.FileMetaData.Schema)];
            GroupRows = [.. Enumerable.Range(0, _reader.FileMetaData.NumRowGroups).Select(CountRows)];
            RowCount = checked(GroupRows.Sum());
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    public long RowCount { get; }

    /// <summary>The number of rows of each row group.</summary>
    public IReadOnlyList<long> GroupRows { get; }

    /// <summary>The columns of a row. Lists and groups are columns without a description.</summary>
    public IReadOnlyList<(string Name, ColumnDescriptor? Column, int Index)> Columns { get; }

    public RowGroupReader OpenGroup(int index) => _reader.RowGroup(index);

    public void Dispose() => _reader.Dispose();

    private static IEnumerable<(string Name, ColumnDescriptor? Column, int Index)> FindColumns(SchemaDescriptor schema)
    {
        var last = "";
        for (var i = 0; i < schema.NumColumns; i++)
        {
            using var root = schema.ColumnRoot(i);
            var column = schema.Column(i);
            if (root is PrimitiveNode && column.MaxRepetitionLevel == 0) yield return (root.Name, column, i);
            else if (root.Name != last) yield return (root.Name, null, i);
            last = root.Name;
        }
    }

    private long CountRows(int index)
    {
        using var group = _reader.RowGroup(index);
        var rows = group.MetaData.NumRows;
        return rows >= 0 ? rows : throw new InvalidDataException($"row group {index} has {rows} rows");
    }
}
