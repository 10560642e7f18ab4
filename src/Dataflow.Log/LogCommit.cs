namespace Dataflow.Log;

/// <summary>Appends to any number of partitions, and group offsets, that become visible and durable together or not at all.</summary>
/// <remarks>
/// Filled by one thread, then handed to <see cref="LogStore.CommitAsync"/> once. It owns the buffers added to it and
/// gives their memory back when it is done. After a <see cref="LogFullException"/> it is unchanged and may be committed again.
/// </remarks>
public sealed class LogCommit
{
    private readonly List<AppendedRecords> _appends = [];
    private readonly List<GroupOffset> _offsets = [];
    private CommitState _state;

    /// <summary>Bytes that the records take in the log.</summary>
    public long Bytes { get; private set; }

    internal List<AppendedRecords> Appends => _appends;

    internal List<GroupOffset> Offsets => _offsets;

    internal bool IsDone => _state == CommitState.Done;

    /// <summary>Adds records to the end of a partition, after those that this commit already has for it.</summary>
    /// <param name="topic">A topic of the store that will commit.</param>
    /// <param name="partition">From 0.</param>
    /// <param name="records">Belongs to the commit from here on; do not touch it again.</param>
    /// <returns>Tells, after the commit, which offsets the records got.</returns>
    /// <exception cref="LogException">The topic has no such partition.</exception>
    /// <exception cref="InvalidOperationException">The commit was handed over already.</exception>
    public AppendedRecords Add(LogTopic topic, int partition, RecordBuffer records)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(records);
        ThrowIfHandedOver();
        var appended = new AppendedRecords(this, topic.PartitionAt(partition), records);
        _appends.Add(appended);
        Bytes += records.Bytes;
        return appended;
    }

    /// <summary>Sets where a group goes on reading a partition; the last call for the same partition counts.</summary>
    /// <param name="group">Any name; groups exist from their first offset on.</param>
    /// <param name="topic">A topic of the store that will commit.</param>
    /// <param name="partition">From 0.</param>
    /// <param name="offset">The next offset to read; not negative.</param>
    /// <exception cref="InvalidOperationException">The commit was handed over already.</exception>
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

    /// <summary>Takes the commit back after it was refused without a trace.</summary>
    internal void Reopen() => _state = CommitState.Open;

    internal void Complete()
    {
        ReleaseRecords();
        _state = CommitState.Done;
    }

    /// <summary>Gives the memory back; after a failure the commit stays handed over.</summary>
    internal void ReleaseRecords()
    {
        foreach (var append in _appends) append.Records.Dispose();
    }

    private void ThrowIfHandedOver()
    {
        if (_state != CommitState.Open) throw new InvalidOperationException("The commit was handed to a log already. Make a new one for what follows.");
    }

    private enum CommitState
    {
        Open,
        HandedOver,
        Done,
    }
}

/// <summary>Where a group goes on reading a partition.</summary>
internal readonly record struct GroupOffset(string Group, string Topic, int Partition, long Offset);
