namespace Dataflow.Log;

/// <summary>The records that a commit appends; their offsets are known once the commit has succeeded.</summary>
public sealed class AppendedRecords
{
    private readonly LogCommit _commit;
    private long _baseOffset;

    internal AppendedRecords(LogCommit commit, LogTopic topic, int partition, RecordBuffer records)
    {
        _commit = commit;
        (Topic, Partition) = (topic, partition);
        Records = records;
        Count = records.Count;
        records.Seal();
    }

    /// <summary>The number of records; their offsets are consecutive.</summary>
    public int Count { get; }

    /// <summary>The first record's offset; the partition's end when there are no records.</summary>
    /// <exception cref="InvalidOperationException">The commit has not succeeded.</exception>
    public long BaseOffset
    {
        get => _commit.IsDone
            ? _baseOffset : throw new InvalidOperationException("The records have no offsets yet. Await CommitAsync first.");
        internal set => _baseOffset = value;
    }

    /// <summary>The topic that they are appended to.</summary>
    public LogTopic Topic { get; }

    /// <summary>The partition's number.</summary>
    public int Partition { get; }

    /// <summary>The records themselves, until the commit is done.</summary>
    public RecordBuffer Records { get; }
}
