namespace Dataflow.Log;

/// <summary>A named log of one or more partitions.</summary>
public abstract class LogTopic
{
    /// <param name="name">The topic's name.</param>
    /// <param name="partitions">The number of partitions.</param>
    /// <param name="settings">The topic's settings, as far as the log knows them.</param>
    protected LogTopic(string name, int partitions, TopicSettings settings)
        => (Name, PartitionCount, Settings) = (name, partitions, settings);

    /// <summary>The topic's name: 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'.</summary>
    public string Name { get; }

    /// <summary>The number of partitions.</summary>
    public int PartitionCount { get; }

    /// <summary>The number of the topic among all that the log ever had, which tells it from a deleted one of its name. Null: the log gives
    /// none; it may have a <see cref="PartitionedLog.GetTopicIdentity"/>.</summary>
    public virtual int? Number => null;

    /// <summary>The topic's retention and segment sizes.</summary>
    public TopicSettings Settings { get; internal set; }

    /// <summary>Returns the first offset that a partition still holds: 0 until it is trimmed.</summary>
    /// <exception cref="LogException">The topic has no such partition, or the log does not answer.</exception>
    public abstract long StartOffset(int partition);

    /// <summary>Returns the offset after the last visible record. The next record gets it or, where the log has records of its own, a
    /// greater one.</summary>
    /// <exception cref="LogException">The topic has no such partition, or the log does not answer.</exception>
    public abstract long EndOffset(int partition);

    /// <summary>Returns the offset up to which records are there to read at once: at most <see cref="EndOffset"/>, less while a transaction
    /// of another writer is open.</summary>
    /// <exception cref="LogException">The topic has no such partition, or the log does not answer.</exception>
    public virtual long StableOffset(int partition) => EndOffset(partition);

    /// <summary>Returns the offsets of all partitions at once: <see cref="StartOffset"/> and <see cref="EndOffset"/> of each.</summary>
    /// <exception cref="LogException">The log does not answer.</exception>
    public virtual IReadOnlyList<(long Start, long End)> Ranges()
        => [.. Enumerable.Range(0, PartitionCount).Select(partition => (StartOffset(partition), EndOffset(partition)))];

    /// <summary>Throws unless the topic has a partition.</summary>
    /// <exception cref="LogException">The topic has no such partition.</exception>
    protected internal void Check(int partition)
    {
        if ((uint)partition >= (uint)PartitionCount) throw LogException.PartitionUnknown(Name, partition, PartitionCount);
    }
}
