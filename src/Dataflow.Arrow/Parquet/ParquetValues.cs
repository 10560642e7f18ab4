using Parquet;
using Parquet.Schema;

namespace Dataflow;

/// <summary>A column of numbers, times and other values of fixed size.</summary>
internal sealed class ParquetValues<TFile, TResult>(DataField field, RowMember member, Func<TFile, TResult> convert)
    : ParquetColumn
    where TFile : struct
{
    private TFile[] _present = [];
    private TFile?[] _optional = [];
    private TResult[] _results = [];

    public override Array Read(ParquetRowGroupReader group, int rows)
    {
        if (_results.Length < rows) _results = new TResult[rows];
        var row = 0;
        try
        {
            if (field.IsNullable) ReadOptional(group, rows, ref row);
            else ReadPresent(group, rows, ref row);
            return _results;
        }
        catch (OverflowException error)
        {
            throw BadCellException.NoRoom(row, field.Name, member, error);
        }
    }

    private void ReadPresent(ParquetRowGroupReader group, int rows, ref int row)
    {
        if (_present.Length < rows) _present = new TFile[rows];
        ParquetFile.Wait(group.ReadAsync(field, _present.AsMemory(0, rows)));
        for (row = 0; row < rows; row++) _results[row] = convert(_present[row]);
    }

    private void ReadOptional(ParquetRowGroupReader group, int rows, ref int row)
    {
        if (_optional.Length < rows) _optional = new TFile?[rows];
        ParquetFile.Wait(group.ReadAsync(field, _optional.AsMemory(0, rows)));
        for (row = 0; row < rows; row++)
        {
            if (_optional[row] is { } value) _results[row] = convert(value);
            else if (member.TakesNull) _results[row] = default!;
            else throw BadCellException.Null(row, field.Name, member);
        }
    }
}
