using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>Reads the rows of a file of separated values. Positions count rows; blank lines are none.</summary>
internal sealed class CsvReader<T> : SourceReader<T>
{
    private readonly string _source;
    private readonly SourceSplit _split;
    private readonly SepReader _rows;
    private readonly RowShape<T> _shape;
    private readonly string[] _header;
    private readonly int[] _cells;
    private readonly CsvColumn[] _columns;
    private readonly Array[] _values;
    private long _position;
    private bool _isFinished;

    /// <param name="source">The source's name.</param>
    /// <param name="split">The file.</param>
    /// <param name="rows">What follows the header. The reader owns it.</param>
    /// <param name="shape">How a row becomes a value.</param>
    /// <param name="header">The names of the columns.</param>
    /// <param name="cells">Which cell of a row belongs to each member of the shape.</param>
    public CsvReader(string source, SourceSplit split, SepReader rows, RowShape<T> shape, string[] header, int[] cells)
    {
        (_source, _split, _rows, _shape, _header, _cells) = (source, split, rows, shape, header, cells);
        _columns = [.. shape.Members.Select(member => CsvColumn.Create(typeof(T), member))];
        _values = [.. _columns.Select(column => column.Values)];
    }

    public override long Position => _position;

    public override bool IsFinished => _isFinished;

    /// <summary>Passes over rows without making values of them; false when the file ends before.</summary>
    public bool Skip(long count)
    {
        while (_position < count && MoveNext()) _position++;
        return _position == count;
    }

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        while (count < records.Length && MoveNext())
        {
            if (TryRead(_rows.Current, out var value)) records[count++] = new(value, 0, new RecordOrigin(_split.Id, _position));
            _position++;
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        base.Dispose(disposing);
    }

    private bool MoveNext()
    {
        try
        {
            do _isFinished = _isFinished || !_rows.MoveNext();
            while (!_isFinished && IsBlank(_rows.Current));
            return !_isFinished;
        }
        catch (InvalidDataException error)
        {
            throw CouldNotRead(error);
        }
    }

    private bool IsBlank(SepReader.Row row) => row.ColCount == 1 && _header.Length > 1 && row[0].Span.IsEmpty;

    private bool TryRead(SepReader.Row row, out T value)
    {
        value = default!;
        try
        {
            Parse(row);
            value = _shape.Build(_values, 0);
            return true;
        }
        catch (Exception error)
        {
            Reject(CouldNotRead(error));
            return false;
        }
    }

    private void Parse(SepReader.Row row)
    {
        if (row.ColCount != _header.Length)
            throw new FormatException($"line {row.LineNumberFrom} has {row.ColCount} cells, the header has {_header.Length}");
        for (var i = 0; i < _columns.Length; i++)
        {
            if (_columns[i].TryParse(row[_cells[i]])) continue;
            throw new FormatException($"line {row.LineNumberFrom}, column '{_header[_cells[i]]}': the cell is not of type "
                + _columns[i].TypeName);
        }
    }

    private OperatorException CouldNotRead(Exception reason)
        => OperatorException.CouldNotRead(_source, _split.Name, _position, typeof(T), reason);
}
