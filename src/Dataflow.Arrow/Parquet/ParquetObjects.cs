using Parquet;
using Parquet.Schema;

namespace Dataflow;

/// <summary>A column of texts or bytes.</summary>
internal sealed class ParquetObjects<TObject>(
    DataField field, RowMember member, Action<ParquetRowGroupReader, DataField, Memory<TObject?>> read) : ParquetColumn
    where TObject : class
{
    private TObject?[] _results = [];

    public override Array Read(ParquetRowGroupReader group, int rows)
    {
        if (_results.Length < rows) _results = new TObject?[rows];
        read(group, field, _results.AsMemory(0, rows));
        if (member.TakesNull) return _results;
        var missing = _results.AsSpan(0, rows).IndexOf((TObject?)null);
        return missing < 0 ? _results : throw BadCellException.Null(missing, field.Name, member);
    }
}

/// <summary>A column of texts that name the values of an enum.</summary>
internal sealed class ParquetEnums<TResult>(
    DataField field, RowMember member, ParquetObjects<string> texts, Func<string, TResult> parse) : ParquetColumn
{
    private TResult[] _results = [];

    public override Array Read(ParquetRowGroupReader group, int rows)
    {
        if (_results.Length < rows) _results = new TResult[rows];
        var names = (string?[])texts.Read(group, rows);
        for (var row = 0; row < rows; row++) _results[row] = names[row] is { } name ? Parse(name, row) : default!;
        return _results;
    }

    private TResult Parse(string name, int row)
    {
        try
        {
            return parse(name);
        }
        catch (ArgumentException error)
        {
            throw BadCellException.NoRoom(row, field.Name, member, error);
        }
    }
}
