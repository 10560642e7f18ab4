namespace Dataflow.Log.Segments;

/// <summary>Commits that go to the journal as one entry: assigns every batch its offset and its place in a segment.</summary>
internal sealed class CommitGroup
{
    private readonly LogState _state;
    private readonly int _maxSegmentBytes;
    private readonly List<Run> _runs = [];
    private readonly Dictionary<Partition, Tail> _tails = [];
    private readonly Dictionary<GroupPosition, long> _offsets = [];

    public CommitGroup(IEnumerable<LogCommit> commits, LogState state, int maxSegmentBytes, long time)
    {
        (_state, _maxSegmentBytes, Time) = (state, maxSegmentBytes, time);
        foreach (var commit in commits)
        {
            foreach (var append in commit.Appends) Place(append);
            foreach (var offset in commit.Offsets)
                _offsets[new(offset.Group, state.Topics[offset.Topic].Id, offset.Partition)] = offset.Offset;
        }
    }

    /// <summary>The runs in the order of the commits; those of one partition follow each other in offset and position.</summary>
    public IReadOnlyList<Run> Runs => _runs;

    public IReadOnlyCollection<KeyValuePair<GroupPosition, long>> Offsets => _offsets;

    /// <summary>The time of the commit, in milliseconds since the Unix epoch by the log's clock.</summary>
    public long Time { get; }

    public bool IsEmpty => _runs.Count == 0 && _offsets.Count == 0;

    private void Place(AppendedRecords append)
    {
        var partition = ((StoreTopic)append.Topic).PartitionAt(append.Partition);
        var settings = _state.TopicsById[partition.TopicId].Settings;
        if (!_tails.TryGetValue(partition, out var tail)) tail = TailOf(partition, settings);
        append.BaseOffset = tail.Offset;
        var segmentBytes = settings.SegmentBytesFor(partition.Bytes + append.Records.Bytes, _maxSegmentBytes);
        foreach (var batch in append.Records.Seal())
        {
            if (tail.Position > 0 && tail.Position + batch.Length > segmentBytes) tail = new(tail.Offset, tail.Offset, 0, null);
            if (tail.Run is null)
            {
                tail = tail with { Run = new Run(partition, tail.SegmentBase, tail.Position, tail.Offset) };
                _runs.Add(tail.Run);
            }
            BatchHeader.SetBaseOffset(batch.Bytes, tail.Offset);
            tail.Run.Add(batch);
            tail = tail with { Offset = tail.Offset + batch.Count, Position = tail.Position + batch.Length };
        }
        _tails[partition] = tail;
    }

    private Tail TailOf(Partition partition, TopicSettings settings)
        => partition.Active is { } active && !settings.IsClosedAfter(Time - active.FirstAppend)
            ? new(partition.EndOffset, active.BaseOffset, active.VisibleBytes, null)
            : new(partition.EndOffset, partition.EndOffset, 0, null);

    private readonly record struct Tail(long Offset, long SegmentBase, long Position, Run? Run);
}

/// <summary>Batches that go one after another into one segment.</summary>
internal sealed class Run(Partition partition, long segmentBase, long position, long baseOffset)
{
    private readonly List<EncodedBatch> _batches = [];

    public Partition Partition { get; } = partition;

    public long SegmentBase { get; } = segmentBase;

    public long Position { get; } = position;

    public long BaseOffset { get; } = baseOffset;

    public long NextOffset { get; private set; } = baseOffset;

    public long Bytes { get; private set; }

    public IReadOnlyList<EncodedBatch> Batches => _batches;

    /// <summary>Whether the bytes are only in the segment and the journal references them.</summary>
    public bool IsReference { get; set; }

    /// <summary>The checksum of the bytes, once a reference is written.</summary>
    public uint Checksum { get; set; }

    /// <summary>The segment, once it is open.</summary>
    public Segment? Segment { get; set; }

    /// <summary>Whether this run begins the segment's file.</summary>
    public bool CreatesSegment => Position == 0 && Partition.Active?.BaseOffset != SegmentBase;

    public void SetEpoch(int epoch)
    {
        foreach (var batch in _batches) BatchHeader.SetEpoch(batch.Bytes, epoch);
    }

    public void Add(EncodedBatch batch)
    {
        _batches.Add(batch);
        NextOffset += batch.Count;
        Bytes += batch.Length;
    }
}
