using Parquet;

namespace Dataflow;

/// <summary>Reads the rows of a file. Positions count rows.</summary>
internal sealed class ParquetRows<T> : SourceReader<T>
{
    private readonly string _source;
    private readonly SourceSplit _split;
    private readonly ParquetFile _file;
    private readonly RowShape<T> _shape;
    private readonly ParquetColumn[] _columns;
    private readonly Array[] _values;
    private readonly Dictionary<int, BadCellException> _bad = []; // by row of the group
    private int _nextGroup;
    private int _row;
    private int _rows;
    private long _position;

    /// <param name="source">The source's name.</param>
    /// <param name="split">The file.</param>
    /// <param name="file">The open file. The reader owns it.</param>
    /// <param name="shape">How a row becomes a value.</param>
    /// <param name="columns">The columns of the shape's members.</param>
    /// <param name="position">The first row to read; at most the file's row count.</param>
    public ParquetRows(
        string source, SourceSplit split, ParquetFile file, RowShape<T> shape, ParquetColumn[] columns, long position)
    {
        (_source, _split, _file, _shape, _columns) = (source, split, file, shape, columns);
        _values = new Array[columns.Length];
        while (_nextGroup < file.Groups.Count && position >= _position + file.Groups[_nextGroup].RowCount)
            _position += file.Groups[_nextGroup++].RowCount;
        if (position == _position) return;
        Load();
        _row = (int)(position - _position);
        _position = position;
    }

    public override long Position => _position;

    public override bool IsFinished => _position == _file.RowCount;

    public override long? Lag => _file.RowCount - _position;

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        while (count < records.Length && !IsFinished)
        {
            if (_row == _rows) Load();
            for (; count < records.Length && _row < _rows; _row++, _position++)
            {
                if (TryBuild(out var value)) records[count++] = new(value, 0, new RecordOrigin(_split.Id, _position));
            }
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Reads the next row group, whose first row is at the position.</summary>
    private void Load()
    {
        var group = _file.Groups[_nextGroup++];
        (_row, _rows) = (0, checked((int)group.RowCount));
        _bad.Clear();
        for (var i = 0; i < _columns.Length; i++) _values[i] = Read(_columns[i], group);
    }

    private Array Read(ParquetColumn column, ParquetRowGroupReader group)
    {
        try
        {
            return column.Read(group, _rows, _bad);
        }
        catch (Exception error) when (error is ParquetException or IOException or InvalidDataException)
        {
            throw CouldNotRead(error);
        }
    }

    private bool TryBuild(out T value)
    {
        value = default!;
        try
        {
            if (_bad.TryGetValue(_row, out var bad)) throw bad;
            value = _shape.Build(_values, _row);
            return true;
        }
        catch (Exception error)
        {
            Reject(CouldNotRead(error));
            return false;
        }
    }

    private OperatorException CouldNotRead(Exception error)
        => OperatorException.CouldNotRead(_source, _split.Name, _position, typeof(T), error);
}
