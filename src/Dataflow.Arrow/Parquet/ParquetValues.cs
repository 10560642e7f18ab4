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

    public override Array Read(ParquetRowGroupReader group, int rows, Dictionary<int, BadCellException> bad)
    {
        if (_results.Length < rows) _results = new TResult[rows];
        if (field.IsNullable) ReadOptional(group, rows, bad);
        else ReadPresent(group, rows, bad);
        return _results;
    }

    private void ReadPresent(ParquetRowGroupReader group, int rows, Dictionary<int, BadCellException> bad)
    {
        if (_present.Length < rows) _present = new TFile[rows];
        ParquetFile.Wait(group.ReadAsync(field, _present.AsMemory(0, rows)));
        for (var row = 0; row < rows; row++) Convert(row, _present[row], bad);
    }

    private void ReadOptional(ParquetRowGroupReader group, int rows, Dictionary<int, BadCellException> bad)
    {
        if (_optional.Length < rows) _optional = new TFile?[rows];
        ParquetFile.Wait(group.ReadAsync(field, _optional.AsMemory(0, rows)));
        for (var row = 0; row < rows; row++)
        {
            if (_optional[row] is { } value) Convert(row, value, bad);
            else if (member.TakesNull) _results[row] = default!;
            else bad[row] = BadCellException.Null(field.Name, member);
        }
    }

    private void Convert(int row, TFile value, Dictionary<int, BadCellException> bad)
    {
        try
        {
            _results[row] = convert(value);
        }
        catch (OverflowException error)
        {
            bad[row] = BadCellException.NoRoom(field.Name, member, error);
        }
    }
}
