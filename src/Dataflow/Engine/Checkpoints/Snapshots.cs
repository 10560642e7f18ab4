using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Bounds the changes that a restart must replay: writes a snapshot of a shard once its changelog has outgrown the last
/// one.</summary>
/// <remarks>A snapshot is made from the log alone, by merging the previous one with the changes since; the tasks are not disturbed. It is
/// one commit: its records, its start, and the position in the changelog after it. The replaced parts are trimmed at once, so that a shard
/// takes at most twice its state, the snapshot being written, and the minimum bytes. A process that keeps images on its disk writes those
/// between snapshots here too, and each snapshot's before the snapshot, which takes away what older images lack.</remarks>
internal sealed class Snapshots(PartitionedLog log, CheckpointTopics topics, long minBytes, LocalImages? images = null)
{
    private readonly long[] _changed = new long[Shards.Count];
    private readonly long[] _size = new long[Shards.Count];
    private Task _running = Task.CompletedTask;

    /// <summary>Completes when the snapshot being written, if any, is done; fails as it failed.</summary>
    public Task Running => _running;

    /// <summary>Counts committed changes of a shard.</summary>
    public void Add(int shard, long bytes)
    {
        Interlocked.Add(ref _changed[shard], bytes);
        images?.Add(shard, bytes);
    }

    /// <summary>Counts the changes of a shard that was restored.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="bytes">The bytes of its changes since its newest snapshot.</param>
    public void Restored(int shard, long bytes) => Interlocked.Add(ref _changed[shard], bytes);

    /// <summary>Takes over what the run before knew of shards that it had too.</summary>
    public void GoOnFrom(Snapshots before, ShardSet shards)
    {
        foreach (var shard in shards)
        {
            _size[shard] = before._size[shard];
            Restored(shard, Interlocked.Read(ref before._changed[shard]));
        }
    }

    /// <summary>Begins the snapshots and images that are due, one after the other, unless some are being written.</summary>
    public void Begin(TaskScheduler scheduler, CancellationToken cancellationToken)
    {
        if (!_running.IsCompletedSuccessfully || (MaxDue() < 0 && images?.AreDue() is not true)) return;
        _running = Task.Factory.StartNew(
            () => WriteDueAsync(cancellationToken), cancellationToken, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
    }

    private async Task WriteDueAsync(CancellationToken cancellationToken)
    {
        for (var shard = MaxDue(); shard >= 0; shard = MaxDue())
        {
            Interlocked.Exchange(ref _changed[shard], 0);
            await WriteAsync(shard, cancellationToken).ConfigureAwait(false);
        }

        images?.SaveDue(cancellationToken);
    }

    /// <summary>Returns the shard with most changes of those that have outgrown their snapshot; -1 if there is none.</summary>
    private int MaxDue()
    {
        var (due, max) = (-1, 0L);
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            var changed = Interlocked.Read(ref _changed[shard]);
            if (changed >= Math.Max(minBytes, _size[shard]) && changed > max) (due, max) = (shard, changed);
        }

        return due;
    }

    private async Task WriteAsync(int shard, CancellationToken cancellationToken)
    {
        using var image = images?.ReadToSave(shard, topics.RestorePointOf)
            ?? ShardImage.Read(log, topics, shard, topics.RestorePointOf(shard));
        var records = image.ToRecords();
        _size[shard] = records.Bytes;
        images?.Save(shard, image, records);
        var snapshot = topics.Snapshots.EndOffset(shard);
        var commit = topics.NewCommit();
        commit.SetGroupOffset(topics.Group, topics.Snapshots.Name, shard, snapshot);
        commit.SetGroupOffset(topics.Group, topics.Changelog.Name, shard, image.Position);
        commit.Add(topics.Snapshots, shard, records);
        cancellationToken.ThrowIfCancellationRequested();
        // From here on not given up: a job that starts anew must not find these half done.
        await log.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false);
        await log.TrimAsync(topics.Snapshots.Name, shard, snapshot, CancellationToken.None).ConfigureAwait(false);
        await log.TrimAsync(topics.Changelog.Name, shard, image.Position, CancellationToken.None).ConfigureAwait(false);
    }
}
