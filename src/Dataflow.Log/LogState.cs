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

    public SegmentFiles Files { get; } = new(files);

    public string TopicsDirectory { get; } = topicsDirectory;

    public ConcurrentDictionary<string, StoreTopic> Topics => _topics;

    /// <summary>The topics in order of creation; a topic's index is its id.</summary>
    public IReadOnlyList<StoreTopic> TopicsById => _byId;

    public ConcurrentDictionary<GroupPosition, long> GroupOffsets => _groupOffsets;

    public IEnumerable<Partition> Partitions => _byId.SelectMany(topic => topic.Partitions);

    public StoreTopic AddTopic(string name, int partitions, TopicSettings settings)
    {
        var topic = new StoreTopic(name, _byId.Count, partitions, settings, TopicsDirectory);
        _byId.Add(topic);
        _topics[name] = topic;
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
