namespace Dataflow.Log.Segments;

/// <summary>The open files of a log's segments: those in use, and a bounded number of others that may be used again.</summary>
/// <remarks>Safe for any thread. Many systems allow a process about a thousand open files, and a log may have more partitions.</remarks>
internal sealed class SegmentFiles(IFileSystem files) : IDisposable
{
    private const int MaxIdle = 128;

    private readonly Lock _lock = new();
    private readonly LinkedList<Segment> _idle = []; // open and without a holder, the longest idle first
    private bool _disposed;

    /// <summary>Opens a segment's file if it is not open; null when the segment was deleted. Pair with <see cref="Release"/>.</summary>
    public IFile? Hold(Segment segment, FileMode mode)
    {
        lock (_lock)
        {
            if (segment.IsDeleted) return null;
            segment.File ??= Open(segment.Path, mode);
            if (segment.Holders++ == 0 && segment.Idle.List is not null) _idle.Remove(segment.Idle);
            return segment.File;
        }
    }

    /// <summary>Keeps the file open for the next holder, unless too many are.</summary>
    public void Release(Segment segment)
    {
        lock (_lock)
        {
            if (--segment.Holders > 0) return;
            _idle.AddLast(segment.Idle);
            if (segment.IsDeleted) Close(segment);
            else if (_idle.Count > (_disposed ? 0 : MaxIdle)) Close(_idle.First!.Value);
        }
    }

    /// <summary>Deletes the file. Current holders may finish; there will be no new ones.</summary>
    public void Delete(Segment segment)
    {
        lock (_lock)
        {
            segment.IsDeleted = true;
            if (segment.Idle.List is not null) Close(segment);
        }
        files.Delete(segment.Path);
    }

    /// <summary>Closes files without a holder, now and from now on.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            CloseIdle();
        }
    }

    private IFile Open(string path, FileMode mode)
    {
        try
        {
            return files.Open(path, mode);
        }
        catch (IOException error) when (DiskErrors.IsTooManyOpen(error) && _idle.Count > 0)
        {
            CloseIdle();
            return files.Open(path, mode);
        }
    }

    private void CloseIdle()
    {
        while (_idle.First is { } first) Close(first.Value);
    }

    private void Close(Segment segment)
    {
        _idle.Remove(segment.Idle);
        segment.File!.Dispose();
        segment.File = null;
    }
}
