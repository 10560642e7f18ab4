using ParquetSharp;

namespace Dataflow.Arrow;

/// <summary>The constants of reading Parquet files.</summary>
internal static class ParquetRows
{
    /// <summary>The number of rows in memory at once.</summary>
    public const int BatchRows = 4096;
}

/// <summary>Reads the rows of a file. Positions count rows.</summary>
internal sealed class ParquetRows<T> : SourceReader<T>
{
    private readonly string _source;
    private readonly SourceSplit _split;
    private readonly ParquetFile _file;
    private readonly RowShape<T> _shape;
    private readonly ParquetValues[] _columns;
    private readonly Array[] _values;
    private readonly Dictionary<int, BadCellException> _bad = []; // by row of the batch
    private RowGroupReader? _group;
    private int _nextGroup;
    private long _left; // rows of the group behind the batch
    private int _row;
    private int _rows;
    private long _position;

    /// <param name="source">The source's name.</param>
    /// <param name="split">The file.</param>
    /// <param name="file">The open file. The reader owns it.</param>
    /// <param name="shape">The conversion of a row to a value.</param>
    /// <param name="columns">The columns of the shape's members. The reader owns them.</param>
    /// <param name="position">The first row to read; at most the file's row count.</param>
    public ParquetRows(
        string source, SourceSplit split, ParquetFile file, RowShape<T> shape, ParquetValues[] columns, long position)
    {
        (_source, _split, _file, _shape, _columns) = (source, split, file, shape, columns);
        _values = [.. columns.Select(column => column.Values)];
        while (_nextGroup < file.GroupRows.Count && position >= _position + file.GroupRows[_nextGroup])
            _position += file.GroupRows[_nextGroup++];
        if (position > _position) Skip(position - _position);
    }

    public override long Position => _position;

    public override ReadOnlyMemory<byte> Mark => FileMark;

    public required ReadOnlyMemory<byte> FileMark { get; init; }

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
        foreach (var column in _columns) column.Dispose();
        _group?.Dispose();
        _file.Dispose();
        base.Dispose(disposing);
    }

    private void Skip(long rows) => Try(() =>
    {
        OpenGroup();
        foreach (var column in _columns) column.Skip(rows);
        _left -= rows;
        _position += rows;
    });

    /// <summary>Reads the next rows, the first of which is at the position.</summary>
    private void Load() => Try(() =>
    {
        while (_left == 0) OpenGroup();
        (_row, _rows) = (0, (int)Math.Min(_left, ParquetRows.BatchRows));
        _left -= _rows;
        _bad.Clear();
        foreach (var column in _columns) column.Read(_rows, _bad);
    });

    private void OpenGroup()
    {
        _group?.Dispose();
        _left = _file.GroupRows[_nextGroup];
        _group = _file.OpenGroup(_nextGroup++);
        foreach (var column in _columns) column.Open(_group);
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (Exception error)
        {
            throw ArrowErrors.DamagedFrom(_split.Name, _position, error);
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
