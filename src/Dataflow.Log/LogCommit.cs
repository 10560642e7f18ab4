namespace Dataflow.Log;

/// <summary>Appends to any number of partitions, and group offsets, that become visible and durable together or not at all.</summary>
/// <remarks>Filled by one thread, then passed to <see cref="PartitionedLog.CommitAsync"/> once. It owns the buffers added to it and frees
/// their memory when it is done. After a <see cref="LogFullException"/> it is unchanged and may be committed again.</remarks>
public sealed class LogCommit
{
    private readonly List<AppendedRecords> _appends = [];
    private readonly List<GroupOffset> _offsets = [];
    private CommitState _state;

    /// <summary>The name under which it is committed. <see cref="PartitionedLog.FenceAsync"/> shuts out those who committed under a name
    /// before. Default null: no name, and no fence stops the commit.</summary>
    public string? Owner { get; init; }

    /// <summary>The size of the records in the log, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The appends, in the order in which they were added.</summary>
    public IReadOnlyList<AppendedRecords> Appends => _appends;

    /// <summary>The group offsets, in the order in which they were set; the last of a partition counts.</summary>
    public IReadOnlyList<GroupOffset> Offsets => _offsets;

    internal bool IsDone => _state == CommitState.Done;

    /// <summary>Adds records to the end of a partition, after those that this commit already has for it.</summary>
    /// <param name="topic">A topic of the log that will commit.</param>
    /// <param name="partition">The partition's number, from 0.</param>
    /// <param name="records">The records; the commit owns them from here on, do not use them again.</param>
    /// <returns>The records' offsets, known after the commit.</returns>
    /// <exception cref="LogException">The topic has no such partition.</exception>
    /// <exception cref="InvalidOperationException">The commit was passed to a log already.</exception>
    public AppendedRecords Add(LogTopic topic, int partition, RecordBuffer records)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(records);
        topic.Check(partition);
        ThrowIfHandedOver();
        var appended = new AppendedRecords(this, topic, partition, records);
        _appends.Add(appended);
        Bytes += records.Bytes;
        return appended;
    }

    /// <summary>Sets the offset from which a group reads a partition next; the last call for the same partition counts.</summary>
    /// <param name="group">Any name; groups exist from their first offset on.</param>
    /// <param name="topic">A topic of the log that will commit.</param>
    /// <param name="partition">The partition's number, from 0. Topic and partition are checked by the commit.</param>
    /// <param name="offset">The next offset to read; not negative.</param>
    /// <exception cref="InvalidOperationException">The commit was passed to a log already.</exception>
    public void SetGroupOffset(string group, string topic, int partition, long offset)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ThrowIfHandedOver();
        _offsets.Add(new(group, topic, partition, offset));
    }

    internal void HandOver()
    {
        ThrowIfHandedOver();
        _state = CommitState.HandedOver;
    }

    /// <summary>Allows the commit to be committed again, after it was refused without a trace.</summary>
    internal void Reopen() => _state = CommitState.Open;

    internal void Complete()
    {
        ReleaseRecords();
        _state = CommitState.Done;
    }

    /// <summary>Frees the memory; after a failure the commit stays closed.</summary>
    internal void ReleaseRecords()
    {
        foreach (var append in _appends) append.Records.Dispose();
    }

    private void ThrowIfHandedOver()
    {
        if (_state != CommitState.Open)
            throw new InvalidOperationException("The commit was handed to a log already. Make a new one for what follows.");
    }

    private enum CommitState
    {
        Open,
        HandedOver,
        Done,
    }
}

/// <summary>The offset from which a group reads a partition next.</summary>
/// <param name="Group">The group's name.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number, from 0.</param>
/// <param name="Offset">The next offset to read.</param>
public readonly record struct GroupOffset(string Group, string Topic, int Partition, long Offset);
