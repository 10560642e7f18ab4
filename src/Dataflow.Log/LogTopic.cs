using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>A named log of one or more partitions.</summary>
public sealed class LogTopic
{
    private readonly Partition[] _partitions;

    internal LogTopic(string name, int id, int partitions, TopicSettings settings, string topicsDirectory)
    {
        Settings = settings;
        Name = name;
        Id = id;
        _partitions = [
            .. Enumerable.Range(0, partitions)
            .Select(index => new Partition(name, id, index, LogLayout.PartitionDirectory(topicsDirectory, name, index)))];
    }

    /// <summary>The topic's name: 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'.</summary>
    public string Name { get; }

    /// <summary>The number of partitions; never changes.</summary>
    public int PartitionCount => _partitions.Length;

    /// <summary>The topic's retention and segment sizes.</summary>
    public TopicSettings Settings { get; internal set; }

    internal int Id { get; }

    internal IReadOnlyList<Partition> Partitions => _partitions;

    /// <summary>Returns the first offset that a partition still holds: 0 until it is trimmed.</summary>
    /// <exception cref="LogException">The topic has no such partition.</exception>
    public long StartOffset(int partition) => PartitionAt(partition).StartOffset;

    /// <summary>Returns the offset after the last visible record, which the next record will get.</summary>
    /// <exception cref="LogException">The topic has no such partition.</exception>
    public long EndOffset(int partition) => PartitionAt(partition).EndOffset;

    internal Partition PartitionAt(int partition)
        => (uint)partition < (uint)_partitions.Length
            ? _partitions[partition] : throw LogException.PartitionUnknown(Name, partition, _partitions.Length);
}
