namespace Dataflow.Arrow;

/// <summary>The rows of one partition of the log, and the file to which they are being written.</summary>
internal sealed class TrainingShard<T> : IDisposable
{
    private const int MaxBatchRows = 1 << 16;
    private const int MaxBatchBytes = 1 << 26;

    private readonly TrainingFolder _folder;
    private readonly SplitPlace _place;
    private readonly ArrowRows<T> _columns = ArrowRows<T>.Create();
    private TrainingFile _file;
    private PartialRows<T>? _rows; // null: the file is not begun
    private List<int> _batches = [];
    private long _count;
    private long _from = long.MaxValue;
    private long _to;
    private long _lastOffset = -1;
    private int _batchRows;
    private long _batchBytes;

    public TrainingShard(TrainingFolder folder, SplitPlace place, int sequence)
        => (_folder, _place, _file) = (folder, place, folder.Begin(place, sequence));

    /// <summary>Continues a file as a checkpoint kept it.</summary>
    public TrainingShard(TrainingFolder folder, SplitPlace place, UnfinishedFile kept, PartialFile partial)
        : this(folder, place, kept.File.Sequence)
    {
        _rows = new PartialRows<T>(partial, _columns);
        _batches = [.. kept.Batches];
        (_count, _from, _to, _lastOffset) = (kept.File.Rows, kept.File.From, kept.File.To, kept.File.To - 1);
        (_batchRows, _batchBytes) = ((int)(_count - _batches.Sum()), kept.BatchBytes);
    }

    /// <summary>The bytes of texts, bytes and lists that wait to be written.</summary>
    public long VariableBytes => _columns.VariableBytes;

    /// <summary>Whether it has all its rows, and the next one is from another record.</summary>
    public bool IsFullBefore(long offset) => _count >= _folder.Options.RowsPerFile && offset != _lastOffset;

    public void Add(T value, long offset)
    {
        _rows ??= new PartialRows<T>(_folder.OpenPartial(_file), _columns);
        var before = _columns.VariableBytes;
        _columns.Add(value);
        _batchBytes += _columns.VariableBytes - before;
        _count++;
        (_from, _to, _lastOffset) = (Math.Min(_from, offset), Math.Max(_to, offset + 1), offset);
        if (++_batchRows == MaxBatchRows || _batchBytes >= MaxBatchBytes) EndBatch();
    }

    public void Flush() => _rows?.Flush();

    /// <summary>Makes all rows durable.</summary>
    /// <returns>The state for a restart.</returns>
    public UnfinishedFile Prepare()
    {
        Flush();
        return new UnfinishedFile
        {
            File = _file with { Rows = _count, From = _from, To = _to },
            IsFull = false,
            Partial = _rows?.File.Prepare().ToArray() ?? [],
            Batches = [.. _batches],
            BatchBytes = _batchBytes,
        };
    }

    /// <summary>Ends the file and begins the next.</summary>
    /// <returns>The file that ended; null if it has no rows.</returns>
    public FullFile? End()
    {
        if (_rows is null) return null;
        var full = new FullFile(_rows.File, Prepare() with { IsFull = true });
        _file = _folder.Begin(_place, _file.Sequence + 1);
        (_rows, _batches, _batchRows, _batchBytes) = (null, [], 0, 0);
        (_count, _from, _to, _lastOffset) = (0, long.MaxValue, 0, -1);
        return full;
    }

    public void Dispose() => _rows?.Dispose();

    private void EndBatch()
    {
        _batches.Add(_batchRows);
        (_batchRows, _batchBytes) = (0, 0);
    }
}

/// <summary>A file that has all its rows and waits for the commit of the checkpoint that covers them.</summary>
internal sealed record FullFile(PartialFile Partial, UnfinishedFile Kept)
{
    /// <summary>The number of rows of each batch of the finished file.</summary>
    public IReadOnlyList<int> Batches => Kept.Batches.Sum() == Kept.File.Rows
        ? Kept.Batches
        : [.. Kept.Batches, (int)(Kept.File.Rows - Kept.Batches.Sum())];
}
