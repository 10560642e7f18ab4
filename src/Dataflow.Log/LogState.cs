using System.Collections.Concurrent;
using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>The state that the journal's entries add up to: topics, their partitions and group offsets. Changed by recovery and the
/// committer only.</summary>
internal sealed class LogState(string topicsDirectory, IFileSystem files)
{
    private readonly ConcurrentDictionary<string, StoreTopic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<GroupPosition, long> _groupOffsets = new();
    private readonly List<StoreTopic> _byId = [];
    private readonly List<StoreTopic> _deleted = [];
    private readonly StoreTopic _gone = Gone(topicsDirectory);

    public SegmentFiles Files { get; } = new(files);

    public string TopicsDirectory { get; } = topicsDirectory;

    public ConcurrentDictionary<string, StoreTopic> Topics => _topics;

    /// <summary>The topics in order of creation; a topic's index is its id. In place of deleted ones stands one without partitions, so that
    /// they take no memory.</summary>
    public IReadOnlyList<StoreTopic> TopicsById => _byId;

    public ConcurrentDictionary<GroupPosition, long> GroupOffsets => _groupOffsets;

    public IEnumerable<Partition> Partitions
        => _byId.Where(static topic => !topic.IsDeleted).SelectMany(static topic => topic.Partitions);

    /// <summary>The topics that were deleted since the last checkpoint: a crash may have left files of them.</summary>
    public IReadOnlyList<StoreTopic> Deleted => _deleted;

    public StoreTopic AddTopic(string name, int partitions, TopicSettings settings)
    {
        var topic = new StoreTopic(name, _byId.Count, partitions, settings, TopicsDirectory);
        _byId.Add(topic);
        _topics[name] = topic;
        return topic;
    }

    /// <summary>Takes the id of a topic that was deleted before the last checkpoint.</summary>
    public void SkipId() => _byId.Add(_gone);

    /// <summary>Deletes a topic with its group offsets. Its id is never given again.</summary>
    public void Delete(StoreTopic topic)
    {
        _topics.TryRemove(topic.Name, out _);
        foreach (var position in _groupOffsets.Keys)
        {
            if (position.TopicId == topic.Id) _groupOffsets.TryRemove(position, out _);
        }

        _byId[topic.Id] = _gone;
        _deleted.Add(topic);
        topic.Delete();
    }

    /// <summary>Forgets the deleted topics: a checkpoint was written, and their files are gone for good.</summary>
    public void ForgetDeleted() => _deleted.Clear();

    private static StoreTopic Gone(string topicsDirectory)
    {
        var topic = new StoreTopic("", id: -1, partitions: 0, new TopicSettings(), topicsDirectory);
        topic.Delete();
        return topic;
    }
}

/// <summary>The key of a group's offset in a partition.</summary>
internal readonly record struct GroupPosition(string Group, int TopicId, int Partition) : IComparable<GroupPosition>
{
    public int CompareTo(GroupPosition other)
        => string.CompareOrdinal(Group, other.Group) is var byGroup and not 0 ? byGroup
            : (TopicId, Partition).CompareTo((other.TopicId, other.Partition));
}
