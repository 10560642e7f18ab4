namespace Dataflow.Log.Segments;

/// <summary>One ordered part of a topic: its segments, its offsets and the readers that wait at its end.</summary>
/// <remarks>Only the committer changes it; any thread may read it. Only <see cref="Publish"/> changes what readers see.</remarks>
internal sealed class Partition(string topic, int topicId, int index, string directory)
{
    private readonly List<Completion> _waiting = []; // its own lock
    private Segment[] _segments = [];
    private long _startOffset;
    private long _endOffset;
    private volatile bool _closed;
    private volatile bool _deleted;

    public string Topic { get; } = topic;

    public int TopicId { get; } = topicId;

    public int Index { get; } = index;

    public string Directory { get; } = directory;

    /// <summary>The first offset that was not trimmed away.</summary>
    public long StartOffset => Volatile.Read(ref _startOffset);

    /// <summary>The offset that the next record gets; everything below is committed and visible.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>The segments, oldest first; the last one is appended to.</summary>
    public ReadOnlySpan<Segment> Segments => Volatile.Read(ref _segments);

    public Segment? Active => Segments is [.., var last] ? last : null;

    /// <summary>Whether the log was closed: nothing will be published any more.</summary>
    public bool IsClosed => _closed;

    /// <summary>Whether its topic was deleted.</summary>
    public bool IsDeleted => _deleted;

    /// <summary>Returns the segment that holds an offset, or would.</summary>
    public Segment? SegmentOf(long offset)
    {
        var segments = Segments;
        for (var index = segments.Length - 1; index >= 0; index--)
        {
            if (segments[index].BaseOffset <= offset) return segments[index];
        }
        return null;
    }

    /// <summary>Returns the segment after another one; null while there is none.</summary>
    public Segment? SegmentAfter(Segment? segment)
    {
        foreach (var candidate in Segments)
        {
            if (segment is null || candidate.BaseOffset > segment.BaseOffset) return candidate;
        }
        return null;
    }

    public void Add(Segment segment) => Volatile.Write(ref _segments, [.. _segments, segment]);

    /// <summary>The size in bytes, including records below the start that share a segment with others.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var segment in Segments) bytes += segment.VisibleBytes;
            return bytes;
        }
    }

    /// <summary>Moves the start and returns the segments without records after it.</summary>
    public IReadOnlyList<Segment> Trim(long startOffset)
    {
        Volatile.Write(ref _startOffset, startOffset);
        var dead = 0;
        while (dead < _segments.Length && (dead + 1 < _segments.Length ? _segments[dead + 1].BaseOffset : EndOffset) <= startOffset) dead++;
        Segment[] removed = _segments[..dead];
        if (dead > 0) Volatile.Write(ref _segments, _segments[dead..]);
        return removed;
    }

    /// <summary>Makes everything below an offset visible to readers and wakes those that wait for it.</summary>
    public void Publish(long endOffset)
    {
        Volatile.Write(ref _endOffset, endOffset);
        WakeAll();
    }

    /// <summary>Tells the waiting readers that no record will follow.</summary>
    public void Close()
    {
        _closed = true;
        WakeAll();
    }

    /// <summary>Tells the readers that the topic is no more.</summary>
    public void Delete()
    {
        _deleted = true;
        Close();
    }

    /// <summary>Completes when the end has moved beyond an offset, or the log was closed or the topic deleted.</summary>
    public Task WaitBeyondAsync(long offset, CancellationToken cancellationToken)
    {
        lock (_waiting)
        {
            if (EndOffset > offset || _closed) return Task.CompletedTask;
            _waiting.RemoveAll(waiting => waiting.Task.IsCompleted); // those that stopped waiting
            var waiting = new Completion(cancellationToken);
            _waiting.Add(waiting);
            return waiting.Task;
        }
    }

    private void WakeAll()
    {
        lock (_waiting)
        {
            foreach (var waiting in _waiting) waiting.Succeed();
            _waiting.Clear();
        }
    }
}
