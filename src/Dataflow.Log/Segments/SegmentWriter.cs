namespace Dataflow.Log.Segments;

/// <summary>Writes runs to segment files, and tracks which files and directories a checkpoint has to sync. Only the committer calls
/// it.</summary>
/// <remarks>A written file is held open until it is synced: a disk error may not be reported to a later opener.</remarks>
internal sealed class SegmentWriter(IFileSystem files, SegmentFiles segmentFiles, bool syncs) : IDisposable
{
    private const int MaxHeld = 256;

    private readonly OrderedDictionary<Segment, IFile> _held = [];
    private readonly HashSet<Segment> _unsynced = [];
    private readonly HashSet<string> _unsyncedDirectories = [];
    private readonly List<Partition> _left = [];

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
        run.Segment = Segment.Of(run.Partition, segmentFiles, run.SegmentBase);
        Hold(run.Segment, FileMode.CreateNew);
        _unsyncedDirectories.Add(directory);
    }

    /// <summary>Writes bytes of a run; they are not visible to readers yet.</summary>
    public void Write(Segment segment, ReadOnlySpan<byte> bytes, long position)
    {
        _unsynced.Add(segment);
        FileOf(segment).Write(bytes, position);
    }

    /// <summary>Makes one segment durable, its name included.</summary>
    public void Sync(Segment segment)
    {
        if (syncs)
        {
            FileOf(segment).SyncOrFail();
            SyncDirectories();
        }
        _unsynced.Remove(segment);
    }

    /// <summary>Makes all written segments durable.</summary>
    public void SyncAll()
    {
        if (syncs)
        {
            foreach (var segment in _unsynced) FileOf(segment).SyncOrFail();
            SyncDirectories();
        }
        _unsynced.Clear();
        ReleaseAll();
    }

    /// <summary>Removes the bytes that a group wrote before it failed.</summary>
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

    /// <summary>Deletes a partition's files, and its directory unless something else is in it; synced with the next checkpoint. What the
    /// system does not let go is left for <see cref="DeleteLeft"/>, or for a recovery.</summary>
    public void Delete(Partition partition)
    {
        try
        {
            DeleteFiles(partition);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _left.Add(partition);
        }
    }

    /// <summary>Deletes what was left. To be called before a checkpoint: after it no recovery knows the files.</summary>
    /// <exception cref="IOException">The system still does not let them go.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public void DeleteLeft()
    {
        for (; _left is [.., var partition]; _left.RemoveAt(_left.Count - 1)) DeleteFiles(partition);
    }

    public void Dispose() => ReleaseAll();

    private IFile FileOf(Segment segment) => _held.TryGetValue(segment, out var file) ? file : Hold(segment, FileMode.Open);

    private IFile Hold(Segment segment, FileMode mode)
    {
        if (_held.Count == MaxHeld)
        {
            var (longest, file) = _held.GetAt(0);
            if (syncs && _unsynced.Contains(longest)) file.SyncOrFail();
            Close(longest);
        }
        return _held[segment] = segment.Hold(mode)!;
    }

    private void ReleaseAll()
    {
        foreach (var segment in _held.Keys) segment.Release();
        _held.Clear();
    }

    private void SyncDirectories()
    {
        foreach (var directory in _unsyncedDirectories) files.SyncDirectoryOrFail(directory);
        _unsyncedDirectories.Clear();
    }

    private void DeleteFiles(Partition partition)
    {
        foreach (var segment in partition.Segments) Delete(segment);
        if (!files.DeleteDirectory(partition.Directory)) return;
        _unsyncedDirectories.Remove(partition.Directory);
        _unsyncedDirectories.Add(Path.GetDirectoryName(partition.Directory)!);
    }

    private void Close(Segment segment)
    {
        _unsynced.Remove(segment);
        if (_held.Remove(segment)) segment.Release();
    }
}
