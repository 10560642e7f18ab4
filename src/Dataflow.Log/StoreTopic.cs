using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>A topic of a <see cref="LogStore"/>.</summary>
internal sealed class StoreTopic : LogTopic
{
    private readonly Partition[] _partitions;
    private volatile bool _isDeleted;

    public StoreTopic(string name, int id, int partitions, TopicSettings settings, string topicsDirectory)
        : base(name, partitions, settings)
    {
        Id = id;
        _partitions = [
            .. Enumerable.Range(0, partitions)
            .Select(index => new Partition(name, id, index, LogLayout.PartitionDirectory(topicsDirectory, name, index)))];
    }

    public int Id { get; }

    public override int? Number => Id;

    /// <summary>Whether the topic was deleted. It is never there again; another topic may have its name.</summary>
    public bool IsDeleted => _isDeleted;

    public IReadOnlyList<Partition> Partitions => _partitions;

    public override long StartOffset(int partition) => PartitionAt(partition).StartOffset;

    public override long EndOffset(int partition) => PartitionAt(partition).EndOffset;

    /// <summary>Marks the topic as deleted, and tells its readers.</summary>
    public void Delete()
    {
        _isDeleted = true;
        foreach (var partition in _partitions) partition.Delete();
    }

    /// <exception cref="LogException">The topic has no such partition.</exception>
    public Partition PartitionAt(int partition)
    {
        Check(partition);
        return _partitions[partition];
    }
}
