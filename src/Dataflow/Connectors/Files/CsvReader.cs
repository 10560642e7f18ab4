using System.Runtime.InteropServices;

namespace Dataflow;

/// <summary>Reads the rows of a CSV file. Positions count rows, blank lines excluded.</summary>
internal sealed class CsvReader<T> : SourceReader<T>
{
    private readonly string _source;
    private readonly SourceSplit _split;
    private readonly CsvRows _rows;
    private readonly RowShape<T> _shape;
    private readonly string[] _header;
    private readonly int[] _cells;
    private readonly CsvColumn[] _columns;
    private readonly Array[] _values;
    private readonly bool _showsValues;
    private string? _fault; // of the current row
    private ReadHash _hash;
    private long _position;
    private bool _isFinished;

    /// <param name="source">The source's name.</param>
    /// <param name="split">The file.</param>
    /// <param name="rows">The rows behind the header. The reader owns them.</param>
    /// <param name="shape">The conversion of a row to a value.</param>
    /// <param name="header">The names of the columns.</param>
    /// <param name="cells">The index of the cell of each member of the shape.</param>
    /// <param name="options">The format of the file.</param>
    public CsvReader(
        string source, SourceSplit split, CsvRows rows, RowShape<T> shape, string[] header, int[] cells, CsvOptions options)
    {
        (_source, _split, _rows, _shape, _header, _cells) = (source, split, rows, shape, header, cells);
        _columns = [.. shape.Members.Select(member => CsvColumn.Create(typeof(T), member, options))];
        _values = [.. _columns.Select(column => column.Values)];
        _showsValues = options.ShowsValues;
        foreach (var column in header) _hash.Add(MemoryMarshal.AsBytes(column.AsSpan()));
    }

    public override long Position => _position;

    public override ReadOnlyMemory<byte> Mark => _hash.ToMark(_rows.BytesRead);

    public override bool IsFinished => _isFinished;

    /// <summary>Skips rows without converting them; false when the file ends before.</summary>
    public bool Skip(long count)
    {
        while (_position < count && MoveNext()) Pass();
        return _position == count;
    }

    /// <summary>Whether the rows read so far are those of a mark; an empty mark fits any.</summary>
    public bool HasRead(ReadOnlyMemory<byte> mark) => mark.IsEmpty || _hash.Equals(mark.Span);

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        while (count < records.Length && MoveNext())
        {
            if (TryRead(out var value)) records[count++] = new(value, 0, new RecordOrigin(_split.Id, _position));
            Pass();
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Moves past the current row.</summary>
    private void Pass()
    {
        _hash.Add(MemoryMarshal.AsBytes(_rows.Current.Span));
        _position++;
    }

    private bool MoveNext()
    {
        do _isFinished = _isFinished || !_rows.MoveNext(out _fault);
        while (!_isFinished && IsBlank());
        return !_isFinished;
    }

    private bool IsBlank()
    {
        var row = _rows.Current;
        return _fault is null && row.ColCount == 1 && _header.Length > 1 && row[0].Span.IsEmpty;
    }

    private bool TryRead(out T value)
    {
        value = default!;
        try
        {
            Parse();
            value = _shape.Build(_values, 0);
            return true;
        }
        catch (Exception error)
        {
            Reject(CouldNotRead(error));
            return false;
        }
    }

    private void Parse()
    {
        if (_fault is not null) throw new FormatException(_fault);
        var row = _rows.Current;
        if (row.ColCount != _header.Length)
            throw new FormatException($"line {row.LineNumberFrom} has {row.ColCount} cells, the header has {_header.Length}");
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!_columns[i].TryParse(_rows.Cell(_cells[i]))) throw WrongCell(i);
        }
    }

    private FormatException WrongCell(int member)
    {
        var cell = _showsValues ? $"the cell '{_rows.Cell(_cells[member]).Text}'" : "the cell";
        return new($"line {_rows.Current.LineNumberFrom}, column '{_header[_cells[member]]}': {cell} is not of type "
            + _columns[member].Expected);
    }

    private OperatorException CouldNotRead(Exception reason)
        => OperatorException.CouldNotRead(_source, _split.Name, _position, typeof(T), reason);
}
