using System.Buffers;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Bounds what a restart must replay: writes a shard's state down once its changelog has outgrown it.</summary>
/// <remarks>
/// A snapshot is made from the log alone, by merging the one before with the changes since; the tasks are not disturbed.
/// It is one commit: its records, where it begins, and where the changelog goes on. What the snapshot before needed is
/// trimmed away in the next round, so that a reader that started earlier still finds it.
/// </remarks>
internal sealed class Snapshots(LogStore log, CheckpointTopics topics, long leastBytes)
{
    private readonly long[] _changed = new long[Shards.Count];
    private readonly long[] _size = new long[Shards.Count];
    private readonly ArrayBufferWriter<byte> _key = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Completes when the snapshot being written, if any, is done; fails as it failed.</summary>
    public Task Running => _running;

    /// <summary>Counts changes of a shard that were committed.</summary>
    public void Add(int shard, long bytes) => _changed[shard] += bytes;

    /// <summary>Begins the snapshot that is needed most, unless one is being written.</summary>
    public void BeginOne(TaskScheduler scheduler, CancellationToken stop)
    {
        if (!_running.IsCompletedSuccessfully) return;
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            if (_changed[shard] < Math.Max(leastBytes, _size[shard])) continue;
            var due = shard;
            _changed[due] = 0;
            _running = Task.Factory.StartNew(
                () => WriteAsync(due, stop), stop, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
            return;
        }
    }

    private async Task WriteAsync(int shard, CancellationToken stop)
    {
        var (lastSnapshot, lastChangelog) = topics.RestoreFrom(shard);
        using var image = ShardImage.Read(log, topics, shard);
        var records = new RecordBuffer();
        image.ForEach((state, ns, key, value) => Append(records, state, ns, key, value));
        _size[shard] = records.Bytes;
        var commit = new LogCommit();
        commit.SetGroupOffset(topics.Group, topics.Snapshots.Name, shard, topics.Snapshots.EndOffset(shard));
        commit.SetGroupOffset(topics.Group, topics.Changelog.Name, shard, image.ChangelogEnd);
        commit.Add(topics.Snapshots, shard, records);
        stop.ThrowIfCancellationRequested();
        // From here on not given up: a job that starts anew must not find these half done.
        await log.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false);
        await log.TrimAsync(topics.Snapshots.Name, shard, lastSnapshot, CancellationToken.None).ConfigureAwait(false);
        await log.TrimAsync(topics.Changelog.Name, shard, lastChangelog, CancellationToken.None).ConfigureAwait(false);
    }

    private void Append(RecordBuffer records, uint state, long ns, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        _key.ResetWrittenCount();
        ChangeKey.Write(_key, ChangelogKind.Entry, state, ns);
        _key.Write(key.Span);
        records.Append(0, _key.WrittenSpan, value.Span);
    }
}
