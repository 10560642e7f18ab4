namespace Dataflow.Log.Segments;

/// <summary>One file of a partition: consecutive batches, nothing else. Named by the offset of its first record.</summary>
/// <remarks>The committer writes; any number of readers read up to <see cref="VisibleBytes"/>.</remarks>
internal sealed class Segment
{
    private readonly SegmentFiles _files;
    private long _visibleBytes;

    private Segment(SegmentFiles files, string path, long baseOffset)
    {
        (_files, Path, BaseOffset) = (files, path, baseOffset);
        Idle = new(this);
    }

    public long BaseOffset { get; }

    public string Path { get; }

    /// <summary>The committed bytes; readers see these only.</summary>
    public long VisibleBytes => Volatile.Read(ref _visibleBytes);

    /// <summary>The time when its first records were appended, in milliseconds since the Unix epoch by the log's clock.</summary>
    public long FirstAppend { get; private set; } = -1;

    /// <summary>The time when its last records were appended, in the same unit.</summary>
    public long LastAppend { get; private set; }

    public OffsetIndex Offsets { get; } = new();

    /// <summary>The file while it is open; this and the next three members are for <see cref="SegmentFiles"/> only.</summary>
    public IFile? File { get; set; }

    /// <summary>The number of holders of the open file.</summary>
    public int Holders { get; set; }

    /// <summary>Whether it was deleted.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The place among the open files without a holder.</summary>
    public LinkedListNode<Segment> Idle { get; }

    public static Segment Of(Partition partition, SegmentFiles files, long baseOffset)
        => new(files, LogLayout.Segment(partition.Directory, baseOffset), baseOffset);

    /// <summary>Records the time of an append. Only the committer and a recovery call it.</summary>
    public void Appended(long time)
    {
        if (FirstAppend < 0) FirstAppend = time;
        LastAppend = time;
    }

    public void Publish(long bytes) => Volatile.Write(ref _visibleBytes, bytes);

    /// <inheritdoc cref="SegmentFiles.Hold"/>
    public IFile? Hold(FileMode mode = FileMode.Open) => _files.Hold(this, mode);

    /// <inheritdoc cref="SegmentFiles.Release"/>
    public void Release() => _files.Release(this);

    /// <inheritdoc cref="SegmentFiles.Delete"/>
    public void Delete() => _files.Delete(this);
}
