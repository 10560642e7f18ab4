namespace Dataflow.Log.Segments;

/// <summary>One file of a partition: batches one after another, nothing else. Named by the offset of its first record.</summary>
/// <remarks>
/// The committer writes; any number of readers read up to <see cref="VisibleBytes"/>. The file is open while somebody
/// holds the segment, so sealed segments that nobody reads cost no handle.
/// </remarks>
internal sealed class Segment(IFileSystem files, string path, long baseOffset)
{
    private readonly Lock _lock = new();
    private IFile? _file;
    private int _holders;
    private bool _deleted;
    private long _visibleBytes;

    public long BaseOffset { get; } = baseOffset;

    public string Path { get; } = path;

    /// <summary>Bytes that were committed; readers see these and no more.</summary>
    public long VisibleBytes => Volatile.Read(ref _visibleBytes);

    /// <summary>When its first records were appended, in milliseconds since the Unix epoch by the log's clock.</summary>
    public long FirstAppend { get; private set; } = -1;

    /// <summary>When its last records were appended.</summary>
    public long LastAppend { get; private set; }

    public OffsetIndex Offsets { get; } = new();

    public static Segment Of(Partition partition, IFileSystem files, long baseOffset)
        => new(files, LogLayout.Segment(partition.Directory, baseOffset), baseOffset);

    /// <summary>Notes when records were appended. Only the committer and a recovery call it.</summary>
    public void Appended(long time)
    {
        if (FirstAppend < 0) FirstAppend = time;
        LastAppend = time;
    }

    public void Publish(long bytes) => Volatile.Write(ref _visibleBytes, bytes);

    /// <summary>Opens the file if nobody else has; null when the segment was trimmed away. Pair with <see cref="Release"/>.</summary>
    public IFile? Hold(FileMode mode = FileMode.Open)
    {
        lock (_lock)
        {
            if (_deleted) return null;
            _file ??= files.Open(Path, mode);
            _holders++;
            return _file;
        }
    }

    /// <summary>Closes the file when this was the last holder.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_holders > 0) return;
            _file?.Dispose();
            _file = null;
        }
    }

    /// <summary>Deletes the file. Readers that hold it finish their batch; none can hold it any more.</summary>
    public void Delete()
    {
        lock (_lock) _deleted = true;
        files.Delete(Path);
    }
}
