using Dataflow.Log;

namespace Dataflow;

/// <summary>Lists the offsets of groups that are not a pipeline's.</summary>
internal static class GroupLists
{
    /// <summary>Whether a pipeline keeps its checkpoints in a group: it is called as their topic.</summary>
    public static bool IsOfPipeline(this LogStore log, string group)
        => group.EndsWith(".checkpoints", StringComparison.Ordinal) && log.TryGetTopic(group, out _);

    /// <summary>The end of the partition that an offset is in; null: the topic was deleted meanwhile, or has no such partition any
    /// more.</summary>
    public static long? EndOf(this LogStore log, GroupOffset offset)
        => log.TryGetTopic(offset.Topic, out var topic) && offset.Partition < topic.PartitionCount
            ? topic.EndOffset(offset.Partition) : null;
}
