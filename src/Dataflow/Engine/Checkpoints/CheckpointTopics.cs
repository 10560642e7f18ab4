using System.Text.Json;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The topics that hold a pipeline's checkpoints.</summary>
/// <remarks><code>
/// topic                  partitions   records
/// name.checkpoints       2            one manifest for each checkpoint, the same in both: a damaged one is read from the other
/// name.changelog         one a shard  every change of state, laid out by ChangeKey
/// name.snapshots         one a shard  a shard's whole state, so that the changelog before it is not needed
/// name.dead-letters      1            the records that were left out because code failed on them, if the pipeline keeps them
/// </code>The offsets of the group <c>name.checkpoints</c> say where the last manifest begins, where a shard's newest snapshot begins, and
/// where its changelog goes on from there. Each is set in the commit of what it points to.</remarks>
internal sealed class CheckpointTopics
{
    private const int Copies = 2;

    // The space that a shard's topics take beyond their live content: there are many shards.
    private static readonly TopicSettings Small = new() { SegmentBytes = 256 << 10 };

    private readonly PartitionedLog _log;

    private CheckpointTopics(
        PartitionedLog log, string pipeline, LogTopic checkpoints, LogTopic changelog, LogTopic snapshots, LogTopic? deadLetters)
    {
        _log = log;
        Pipeline = pipeline;
        DeadLetters = deadLetters;
        Group = checkpoints.Name;
        Checkpoints = checkpoints;
        Changelog = changelog;
        Snapshots = snapshots;
    }

    public string Pipeline { get; }

    public LogTopic Checkpoints { get; }

    public LogTopic Changelog { get; }

    public LogTopic Snapshots { get; }

    /// <summary>The topic of dead letters; null where the pipeline writes none.</summary>
    public LogTopic? DeadLetters { get; }

    public string Group { get; }

    /// <summary>Whether the pipeline has ever been started.</summary>
    public static bool Exist(PartitionedLog log, string pipeline) => log.TryGetTopic($"{pipeline}.checkpoints", out _);

    public static async Task<CheckpointTopics> OpenAsync(
        PartitionedLog log, string pipeline, bool writesDeadLetters, CancellationToken cancellationToken)
        => new(
            log,
            pipeline,
            await log.CreateTopicAsync($"{pipeline}.checkpoints", Copies, Small, cancellationToken),
            await log.CreateTopicAsync($"{pipeline}.changelog", Shards.Count, Small, cancellationToken),
            await log.CreateTopicAsync($"{pipeline}.snapshots", Shards.Count, Small, cancellationToken),
            writesDeadLetters ? await log.CreateTopicAsync(DeadLetter.TopicOf(pipeline), 1, cancellationToken) : null);

    /// <summary>Reads the manifest of the last checkpoint; null before the first and after all was forgotten.</summary>
    /// <exception cref="CheckpointException">It is missing or damaged in every copy, or there is state without one.</exception>
    public Manifest? ReadLast()
    {
        var manifest = _log.GetGroupOffset(Group, Checkpoints.Name, 0) is null ? null : ReadEither();
        if (manifest is null && Enumerable.Range(0, Shards.Count).Any(HasState)) throw CheckpointException.StateAlone(Pipeline);
        return manifest;
    }

    /// <summary>Adds a checkpoint's manifest to its commit, or the mark that there is none any more.</summary>
    /// <returns>The size in bytes.</returns>
    public long AddManifest(LogCommit commit, Manifest? manifest, DateTimeOffset time)
    {
        var before = commit.Bytes;
        var bytes = manifest?.ToBytes();
        for (var copy = 0; copy < Copies; copy++)
        {
            var records = new RecordBuffer();
            ManifestRecords.Append(records, time.ToUnixTimeMilliseconds(), bytes);
            commit.SetGroupOffset(Group, Checkpoints.Name, copy, Checkpoints.EndOffset(copy));
            commit.Add(Checkpoints, copy, records);
        }

        return commit.Bytes - before;
    }

    /// <summary>Deletes all manifests but the last.</summary>
    public async Task TrimManifestsAsync(CancellationToken cancellationToken)
    {
        for (var copy = 0; copy < Copies; copy++)
            await _log.TrimAsync(Checkpoints.Name, copy, ManifestStart(copy), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes checkpoints, state and snapshots in one commit; their space is freed afterwards.</summary>
    public async Task ForgetAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var commit = NewCommit();
        AddManifest(commit, manifest: null, time);
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            commit.SetGroupOffset(Group, Snapshots.Name, shard, Snapshots.EndOffset(shard));
            commit.SetGroupOffset(Group, Changelog.Name, shard, Changelog.EndOffset(shard));
        }

        await _log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
        await TrimManifestsAsync(cancellationToken).ConfigureAwait(false);
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            await _log.TrimAsync(Snapshots.Name, shard, Snapshots.EndOffset(shard), cancellationToken).ConfigureAwait(false);
            await _log.TrimAsync(Changelog.Name, shard, Changelog.EndOffset(shard), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the start of a shard's newest snapshot and the position in the changelog after it.</summary>
    public (long Snapshot, long Changelog) RestoreFrom(int shard)
        => (_log.GetGroupOffset(Group, Snapshots.Name, shard) ?? Snapshots.EndOffset(shard),
            _log.GetGroupOffset(Group, Changelog.Name, shard) ?? 0);

    /// <summary>Begins a commit of the pipeline.</summary>
    public LogCommit NewCommit() => new() { Owner = Pipeline };

    private bool HasState(int shard)
    {
        var (snapshot, changelog) = RestoreFrom(shard);
        return HasRecords(Snapshots, shard, snapshot) || HasRecords(Changelog, shard, changelog);
    }

    private bool HasRecords(LogTopic topic, int shard, long from)
    {
        var end = topic.EndOffset(shard);
        if (from >= end) return false;
        using var reader = _log.OpenReader(topic.Name, shard, from);
        return reader.TryReadBefore(end, out _);
    }

    private long ManifestStart(int copy)
        => _log.GetGroupOffset(Group, Checkpoints.Name, copy) ?? Checkpoints.StartOffset(copy);

    private Manifest? ReadEither()
    {
        Exception? error = null;
        for (var copy = 0; copy < Copies; copy++)
        {
            try
            {
                return ManifestRecords.Read(_log, Checkpoints, copy, ManifestStart(copy));
            }
            catch (Exception damage) when (damage is CorruptLogException or OffsetOutOfRangeException or JsonException)
            {
                error ??= damage;
            }
        }

        throw CheckpointException.NoManifest(Checkpoints.Name, ManifestStart(0), error!);
    }
}
