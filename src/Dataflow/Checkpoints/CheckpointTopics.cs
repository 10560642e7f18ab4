using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The topics that hold a pipeline's checkpoints.</summary>
/// <remarks><code>
/// topic                  partitions   records
/// name.checkpoints       1            one manifest for each checkpoint
/// name.changelog         one a shard  every change of state, laid out by ChangeKey
/// name.snapshots         one a shard  a shard's whole state, so that the changelog before it is not needed
/// name.dead-letters      1            the records that were left out because code failed on them, if the pipeline keeps them
/// </code>Where a shard's newest snapshot begins, and where its changelog goes on from there, are the offsets of the group
/// <c>name.snapshots</c>, set in the snapshot's own commit.</remarks>
internal sealed class CheckpointTopics
{
    private readonly LogStore _log;

    private CheckpointTopics(LogStore log, string pipeline, LogTopic checkpoints, LogTopic changelog, LogTopic snapshots, LogTopic? deadLetters)
    {
        _log = log;
        DeadLetters = deadLetters;
        Group = $"{pipeline}.snapshots";
        Checkpoints = checkpoints;
        Changelog = changelog;
        Snapshots = snapshots;
    }

    public LogTopic Checkpoints { get; }

    public LogTopic Changelog { get; }

    public LogTopic Snapshots { get; }

    /// <summary>Null where the pipeline writes none.</summary>
    public LogTopic? DeadLetters { get; }

    public string Group { get; }

    public static async Task<CheckpointTopics> OpenAsync(LogStore log, string pipeline, bool writesDeadLetters, CancellationToken stop)
        => new(
            log,
            pipeline,
            await log.CreateTopicAsync($"{pipeline}.checkpoints", 1, stop),
            await log.CreateTopicAsync($"{pipeline}.changelog", Shards.Count, stop),
            await log.CreateTopicAsync($"{pipeline}.snapshots", Shards.Count, stop),
            writesDeadLetters ? await log.CreateTopicAsync(DeadLetterTopic.NameFor(pipeline), 1, stop) : null);

    /// <summary>The manifest of the last checkpoint; null before the first.</summary>
    public Manifest? ReadLast()
    {
        var end = Checkpoints.EndOffset(0);
        if (end == Checkpoints.StartOffset(0)) return null;
        using var reader = _log.OpenReader(Checkpoints.Name, 0, end - 1);
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch)
            {
                if (record.Offset == end - 1) return Manifest.Read(record.Value.Span);
            }
        }

        throw CheckpointException.NoManifest(Checkpoints.Name, end - 1);
    }

    /// <summary>Where the newest snapshot of a shard begins and where its changelog goes on after it.</summary>
    public (long Snapshot, long Changelog) RestoreFrom(int shard)
        => (_log.GetGroupOffset(Group, Snapshots.Name, shard) ?? Snapshots.EndOffset(shard),
            _log.GetGroupOffset(Group, Changelog.Name, shard) ?? 0);
}
