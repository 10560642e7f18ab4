namespace Dataflow.Log.Segments;

/// <summary>Writes runs into segment files, and knows which files and directories a checkpoint has to sync. Only the committer calls it.</summary>
internal sealed class SegmentWriter(IFileSystem files, bool syncs) : IDisposable
{
    private readonly Dictionary<Segment, IFile> _open = [];
    private readonly HashSet<Segment> _unsynced = [];
    private readonly HashSet<string> _unsyncedDirectories = [];

    /// <summary>Opens the run's segment, creating the file when the run begins it.</summary>
    public void Open(Run run)
    {
        if (!run.CreatesSegment)
        {
            run.Segment = run.Partition.Active!;
            FileOf(run.Segment);
            return;
        }
        var directory = run.Partition.Directory;
        if (run.Partition.Active is null)
        {
            files.CreateDirectory(directory);
            _unsyncedDirectories.Add(Path.GetDirectoryName(directory)!);
        }
        run.Segment = Segment.Of(run.Partition, files, run.SegmentBase);
        _open[run.Segment] = run.Segment.Hold(FileMode.CreateNew)!;
        _unsyncedDirectories.Add(directory);
    }

    /// <summary>Writes bytes of a run; readers do not see them yet.</summary>
    public void Write(Segment segment, ReadOnlySpan<byte> bytes, long position)
    {
        _unsynced.Add(segment);
        FileOf(segment).Write(bytes, position);
    }

    /// <summary>Makes one segment safe, its name included.</summary>
    public void Sync(Segment segment)
    {
        if (syncs)
        {
            FileOf(segment).SyncOrFail();
            SyncDirectories();
        }
        _unsynced.Remove(segment);
    }

    /// <summary>Makes everything safe that was written, and closes the files that are not appended to any more.</summary>
    public void SyncAll(IEnumerable<Partition> partitions)
    {
        if (syncs)
        {
            foreach (var segment in _unsynced) FileOf(segment).SyncOrFail();
            SyncDirectories();
        }
        _unsynced.Clear();
        var active = partitions.Select(partition => partition.Active).ToHashSet();
        foreach (var segment in _open.Keys.Where(segment => !active.Contains(segment)).ToList()) Close(segment);
    }

    /// <summary>Removes what a group wrote before it failed.</summary>
    public void Undo(IEnumerable<Run> runs)
    {
        foreach (var run in runs)
        {
            if (run.Segment is not { } segment) continue;
            if (run.CreatesSegment) Delete(segment);
            else FileOf(segment).SetLength(run.Position);
            run.Segment = null;
        }
    }

    /// <summary>Deletes a segment's file; the directory is synced with the next checkpoint.</summary>
    public void Delete(Segment segment)
    {
        Close(segment);
        segment.Delete();
        _unsyncedDirectories.Add(Path.GetDirectoryName(segment.Path)!);
    }

    public void Dispose()
    {
        foreach (var segment in _open.Keys) segment.Release();
        _open.Clear();
    }

    private IFile FileOf(Segment segment)
    {
        if (!_open.TryGetValue(segment, out var file)) _open[segment] = file = segment.Hold()!;
        return file;
    }

    private void SyncDirectories()
    {
        foreach (var directory in _unsyncedDirectories) files.SyncDirectoryOrFail(directory);
        _unsyncedDirectories.Clear();
    }

    private void Close(Segment segment)
    {
        _unsynced.Remove(segment);
        if (_open.Remove(segment)) segment.Release();
    }
}
