using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.State;

/// <summary>A log that the changes of one state go to, as those of a job's states do.</summary>
internal sealed class StateLog : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly CheckpointTopics _topics;

    public StateLog()
        => _topics = CheckpointTopics.OpenAsync(_log, "test", owner: "test", writesDeadLetters: false, CancellationToken.None)
            .GetAwaiter().GetResult();

    public void Dispose() => _log.Dispose();

    /// <returns>How many changes there were.</returns>
    public int Commit(Changes changes)
    {
        var (commit, written) = (new LogCommit(), 0);
        foreach (var (shard, records) in changes.Take())
        {
            written += CountIn(records);
            commit.Add(_topics.Changelog, shard, records);
        }

        _log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
        return written;
    }

    /// <returns>How many bytes the changes take.</returns>
    public long CommitBytes(Changes changes)
    {
        var commit = new LogCommit();
        foreach (var (shard, records) in changes.Take()) commit.Add(_topics.Changelog, shard, records);
        var bytes = commit.Bytes;
        _log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
        return bytes;
    }

    public static int CountIn(RecordBuffer changes)
    {
        var count = 0;
        foreach (var record in changes)
        {
            for (var pack = record.Value.Span; ChangeRecords.TryRead(ref pack, out _);) count++;
        }

        return count;
    }

    /// <summary>Goes through what the changes replay to: state, namespace, key and value, shard after shard.</summary>
    public void ForEach(Action<uint, long, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> visit)
    {
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            using var image = ShardImage.Read(_log, _topics, shard, _topics.RestorePointOf(shard));
            image.ForEach((state, ns, key, value) => visit(state, ns, key, value));
        }
    }
}
