using System.Runtime.ExceptionServices;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Restores the state of a new run, all workers in parallel: from what the run before has left in memory, from copies that the
/// process has kept, from images on its disk, or from snapshots and changelog alone. Some shards are read at once, since a log may be far
/// away.</summary>
internal static class StateRestore
{
    private const int ShardsAtOnce = 8; // whose bytes are in memory

    public static void Run(JobRun job, JobParts parts)
    {
        if (job.ShardMap.Owned.IsEmpty) return;
        var points = job.Coordinator.Topics.RestorePoints();
        parts.Kept?.CountFor(job.Coordinator.Snapshots);
        parts.Copies?.CatchUp(job.ShardMap.Owned, points);
        parts.Images?.RemoveUseless(points);
        foreach (var _ in parts.Kept?.Shards ?? ShardSet.None) job.Restore.Add(StatePlace.Memory, records: 0, bytes: 0);
        try
        {
            Parallel.ForEach(job.Workers, worker => Restore(job, parts, points, worker));
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.Flatten().InnerExceptions[0]); // the error itself says what is wrong and where
        }
    }

    private static void Restore(JobRun job, JobParts parts, IReadOnlyList<RestorePoint> points, Worker worker)
    {
        using var scope = job.Plan.Serdes.Enter();
        var own = job.ShardMap.Of(worker.Index);
        var kept = own & (parts.Kept?.Shards ?? ShardSet.None);
        parts.Kept?.ForEach(kept, (id, ns, key, value) => Put(job, worker, kept.First, id, ns, key, value));
        var atOnce = Math.Max(1, ShardsAtOnce / job.Workers.Count);
        foreach (var shards in own.Except(kept).Where(shard => !points[shard].IsEmpty).Chunk(atOnce))
        {
            var images = shards.AsParallel().AsOrdered().WithDegreeOfParallelism(atOnce)
                .Select(shard => ImageOf(job, parts, shard, points[shard])).ToArray();
            foreach (var (shard, image) in shards.Zip(images)) Restore(job, image, worker, shard, points[shard]);
        }
    }

    private static ShardImage ImageOf(JobRun job, JobParts parts, int shard, in RestorePoint at)
    {
        var topics = job.Coordinator.Topics;
        var image = parts.Copies?.Take(shard) ?? parts.Images?.Load(shard, at) ?? ShardImage.Read(job.Log, topics, shard, at);
        var (records, bytes) = image.Place == StatePlace.Copy ? (image.LogRecords, image.LogBytes) : (0, 0);
        Complete(image, job, shard, at); // nothing is left where it was read just now
        parts.Images?.Restored(shard, image, isSaved: image.Place == StatePlace.Image);
        job.Restore.Add(image.Place, image.LogRecords - records, image.LogBytes - bytes);
        return image;
    }

    private static void Complete(ShardImage image, JobRun job, int shard, in RestorePoint at)
    {
        try
        {
            image.Complete(job.Log, job.Coordinator.Topics, shard, at);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static void Restore(JobRun job, ShardImage read, Worker worker, int shard, in RestorePoint at)
    {
        using var image = read;
        // Replayed changes count for the next snapshot: otherwise jobs that never run for long would never write one.
        job.Coordinator.Snapshots.Restored(shard, image.ChangedBytesSince(at.Changelog));
        image.ForEach((id, ns, key, value) => Put(job, worker, shard, id, ns, key, value));
    }

    private static void Put(
        JobRun job, Worker worker, int shard, uint id, long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var state = worker.Tasks.Select(task => task.FindState(id)).FirstOrDefault(found => found is not null)
            ?? throw CheckpointException.UnknownState(job.Coordinator.Topics.Changelog.Name, shard, id);
        try
        {
            if (state.IsBroadcast) RestoreEverywhere(job, id, ns, key, value);
            else state.RestorePut(ns, key, value);
        }
        catch (Exception error) when (OperatorException.IsBare(error))
        {
            var step = worker.Tasks.Select(task => task.StepOf(state)).First(static step => step is not null)!;
            throw SerdeException.In(error) is { } unreadable
                ? CheckpointException.ValueUnreadable(step, unreadable)
                : CheckpointException.SerdeFailed(step, error);
        }
    }

    private static void RestoreEverywhere(JobRun job, uint id, long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        foreach (var state in job.Tasks.Select(task => task.FindState(id)).OfType<IState>())
        {
            lock (state) state.RestorePut(ns, key, value); // the workers restore at once
        }
    }
}
