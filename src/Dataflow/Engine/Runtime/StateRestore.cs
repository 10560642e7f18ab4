using System.Runtime.ExceptionServices;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Restores the state of a new job from snapshots and changelog: all workers in parallel, each shard after shard.</summary>
internal static class StateRestore
{
    public static void Run(JobRun job)
    {
        var topics = job.Coordinator.Topics;
        try
        {
            Parallel.ForEach(job.Workers, worker => Restore(job, topics, worker));
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]); // the error itself says what is wrong and where
        }
    }

    private static void Restore(JobRun job, CheckpointTopics topics, Worker worker)
    {
        using var scope = job.Plan.Serdes.Enter();
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            if (Shards.WorkerOf(shard, job.Workers.Count) == worker.Index) Restore(job, topics, worker, shard);
        }
    }

    private static void Restore(JobRun job, CheckpointTopics topics, Worker worker, int shard)
    {
        using var image = ShardImage.Read(job.Log, topics, shard);
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
