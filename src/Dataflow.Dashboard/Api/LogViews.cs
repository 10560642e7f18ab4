using Dataflow.Features;
using Dataflow.Log;

namespace Dataflow.Dashboard.Api;

/// <summary>The offsets that groups of readers have stored.</summary>
internal sealed record GroupListView(IReadOnlyList<GroupView> Groups)
{
    /// <summary>The groups of a log, without those in which pipelines keep their checkpoints.</summary>
    /// <exception cref="RefusedException">The log does not list its groups.</exception>
    public static GroupListView Of(PartitionedLog log)
    {
        if (log is not LogStore store)
            throw new RefusedException(409, "The job's log is none of a directory, and does not list its groups.");
        return new([
            .. from offset in store.GroupOffsets
               where !store.IsOfPipeline(offset.Group)
               let end = store.EndOf(offset)
               where end is not null
               orderby offset.Group, offset.Topic, offset.Partition
               select new GroupView(offset.Group, offset.Topic, offset.Partition, offset.Offset, end.Value)]);
    }
}

/// <summary>A group's offset in a partition, and the partition's end.</summary>
internal sealed record GroupView(string Group, string Topic, int Partition, long Offset, long End);

/// <summary>The checkpoints that the pipeline's next start carries on from: of each process that shares the pipeline the last.</summary>
internal sealed record SavedCheckpointListView(IReadOnlyList<SavedCheckpointView> Checkpoints)
{
    public static SavedCheckpointListView Of(Job job) => new([.. SavedCheckpoint.ReadAll(job.Log, job.Pipeline).Select(
        static found => new SavedCheckpointView(
            found.Number, found.Time.ToUnixTimeMilliseconds(), found.Process, found.IsFinished, found.Positions))]);
}

/// <summary>A checkpoint: see <see cref="SavedCheckpoint"/>.</summary>
internal sealed record SavedCheckpointView(
    long Number, long AtMs, string Process, bool IsFinished, IReadOnlyList<SavedPosition> Positions);

/// <summary>The definitions of feature views that jobs of the log have used: see <see cref="FeatureRegistry"/>.</summary>
internal sealed record FeatureListView(IReadOnlyList<ViewDefinition> Views);

/// <summary>A topic that was deleted, or would be.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">The number of partitions.</param>
/// <param name="Records">The number of records.</param>
/// <param name="IsDone">Whether it was deleted.</param>
internal sealed record DeletedTopicView(string Topic, int Partitions, long Records, bool IsDone);
