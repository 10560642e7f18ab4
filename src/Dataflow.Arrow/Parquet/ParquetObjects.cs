using Parquet;
using Parquet.Schema;

namespace Dataflow;

/// <summary>A column of texts or bytes.</summary>
internal sealed class ParquetObjects<TObject>(
    DataField field, RowMember member, Action<ParquetRowGroupReader, DataField, Memory<TObject?>> read) : ParquetColumn
    where TObject : class
{
    private TObject?[] _results = [];

    public override Array Read(ParquetRowGroupReader group, int rows, Dictionary<int, BadCellException> bad)
    {
        if (_results.Length < rows) _results = new TObject?[rows];
        read(group, field, _results.AsMemory(0, rows));
        if (member.TakesNull) return _results;
        for (var row = 0; row < rows; row++)
        {
            if (_results[row] is null) bad[row] = BadCellException.Null(field.Name, member);
        }

        return _results;
    }
}

/// <summary>A column of texts that name the values of an enum.</summary>
internal sealed class ParquetEnums<TResult>(
    DataField field, RowMember member, ParquetObjects<string> texts, Func<string, TResult> parse) : ParquetColumn
{
    private TResult[] _results = [];

    public override Array Read(ParquetRowGroupReader group, int rows, Dictionary<int, BadCellException> bad)
    {
        if (_results.Length < rows) _results = new TResult[rows];
        var names = (string?[])texts.Read(group, rows, bad);
        for (var row = 0; row < rows; row++)
        {
            try
            {
                _results[row] = names[row] is { } name ? parse(name) : default!;
            }
            catch (ArgumentException error)
            {
                bad[row] = BadCellException.NoRoom(field.Name, member, error);
            }
        }

        return _results;
    }
}
