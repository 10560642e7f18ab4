using System.Runtime.ExceptionServices;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Restores the state of a new job from snapshots and changelog: all workers in parallel, each shard after shard. Some shards are
/// read at once, since a log may be far away.</summary>
internal static class StateRestore
{
    private const int ShardsAtOnce = 8; // whose bytes are in memory

    public static void Run(JobRun job)
    {
        if (job.ShardMap.Owned.IsEmpty) return;
        var topics = job.Coordinator.Topics;
        var points = topics.RestorePoints();
        try
        {
            Parallel.ForEach(job.Workers, worker => Restore(job, topics, points, worker));
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.Flatten().InnerExceptions[0]); // the error itself says what is wrong and where
        }
    }

    private static void Restore(JobRun job, CheckpointTopics topics, IReadOnlyList<RestorePoint> points, Worker worker)
    {
        using var scope = job.Plan.Serdes.Enter();
        var atOnce = Math.Max(1, ShardsAtOnce / job.Workers.Count);
        foreach (var shards in job.ShardMap.Of(worker.Index).Chunk(atOnce))
        {
            var images = shards.AsParallel().AsOrdered().WithDegreeOfParallelism(atOnce)
                .Select(shard => ShardImage.Read(job.Log, topics, shard, points[shard])).ToArray();
            foreach (var (shard, image) in shards.Zip(images)) Restore(job, topics, image, worker, shard);
        }
    }

    private static void Restore(JobRun job, CheckpointTopics topics, ShardImage read, Worker worker, int shard)
    {
        using var image = read;
        // Replayed changes count for the next snapshot: otherwise jobs that never run for long would never write one.
        job.Coordinator.Snapshots.Add(shard, image.ReplayedBytes);
        image.ForEach((id, ns, key, value) =>
        {
            var state = worker.Tasks.Select(task => task.FindState(id)).FirstOrDefault(found => found is not null)
                ?? throw CheckpointException.UnknownState(topics.Changelog.Name, shard, id);
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
        });
    }

    private static void RestoreEverywhere(JobRun job, uint id, long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        foreach (var state in job.Tasks.Select(task => task.FindState(id)).OfType<IState>())
        {
            lock (state) state.RestorePut(ns, key, value); // the workers restore at once
        }
    }
}
