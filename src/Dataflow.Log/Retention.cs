using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>Decides which records of a partition are beyond its retention.</summary>
internal static class Retention
{
    /// <summary>Returns the offset below which all records may be deleted: the start of a segment, or the end.</summary>
    public static long StartOf(Partition partition, TopicSettings settings, long now)
    {
        if (settings is { RetentionBytes: null, RetentionTime: null }) return partition.StartOffset;
        var segments = partition.Segments;
        var bytes = partition.Bytes;
        var dead = 0;
        for (; dead < segments.Length; dead++)
        {
            var isOld = settings.RetentionTime is { } time && now - segments[dead].LastAppend >= time.TotalMilliseconds;
            if (!isOld && !(bytes - segments[dead].VisibleBytes >= settings.RetentionBytes)) break;
            bytes -= segments[dead].VisibleBytes;
        }
        return dead == 0 ? partition.StartOffset : dead < segments.Length ? segments[dead].BaseOffset : partition.EndOffset;
    }
}
