using System.Buffers;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The topics that hold a pipeline's checkpoints.</summary>
/// <remarks><code>
/// topic                  partitions   records
/// name.checkpoints       2            one manifest for each checkpoint of each process, the same in both: a damaged one is read from
///                                     the other
/// name.changelog         one a shard  every change of state, laid out by ChangeKey
/// name.snapshots         one a shard  a shard's whole state, so that the changelog before it is not needed
/// name.dead-letters      1            the records that were left out because code failed on them, if the pipeline keeps them
/// </code>The offsets of the group <c>name.checkpoints</c> say where the manifests begin that count, where a shard's newest snapshot
/// begins, and where its changelog goes on from there. A process that has all shards sets the first in each commit.</remarks>
internal sealed class CheckpointTopics
{
    public const int Copies = 2;

    private const string Ending = ".checkpoints";

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

    /// <summary>The names of the pipelines that have ever been started on a log.</summary>
    public static IEnumerable<string> Pipelines(PartitionedLog log)
        => log.ListTopics().Where(static topic => topic.EndsWith(Ending, StringComparison.Ordinal))
            .Select(static topic => topic[..^Ending.Length]);

    /// <summary>Whether the pipeline has ever been started.</summary>
    public static bool Exist(PartitionedLog log, string pipeline) => log.TryGetTopic(TopicOf(pipeline), out _);

    /// <summary>The topic of a pipeline's manifests.</summary>
    public static string TopicOf(string pipeline) => pipeline + Ending;

    /// <summary>Whether an error says that a copy of the manifests cannot be read, so that the other one may be.</summary>
    public static bool IsDamage(Exception error) => error is CorruptLogException or OffsetOutOfRangeException or JsonException;

    public static async Task<CheckpointTopics> OpenAsync(
        PartitionedLog log, string pipeline, string owner, bool writesDeadLetters, CancellationToken cancellationToken)
        => new(
            log,
            pipeline,
            await log.CreateTopicAsync(TopicOf(pipeline), Copies, Small, cancellationToken),
            await log.CreateTopicAsync($"{pipeline}.changelog", Shards.Count, Small, cancellationToken),
            await log.CreateTopicAsync($"{pipeline}.snapshots", Shards.Count, Small, cancellationToken),
            writesDeadLetters ? await log.CreateTopicAsync(DeadLetter.TopicOf(pipeline), 1, cancellationToken) : null)
        {
            Owner = owner,
        };

    /// <summary>The owner of this process's commits.</summary>
    public required string Owner { get; init; }

    /// <summary>Reads the first copy of the manifests that is not damaged.</summary>
    /// <param name="copies">The number of copies that there are.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="none">Makes the error where all are damaged, of that of the first.</param>
    public static T ReadEither<T>(int copies, Func<int, T> read, Func<Exception, CheckpointException> none)
    {
        Exception? error = null;
        for (var copy = 0; copy < copies; copy++)
        {
            try
            {
                return read(copy);
            }
            catch (Exception damage) when (IsDamage(damage))
            {
                error ??= damage;
            }
        }

        throw none(error!);
    }

    /// <summary>Reads the manifests of the last checkpoints of all processes; none before the first and after all was forgotten.</summary>
    /// <exception cref="CheckpointException">They are missing or damaged in every copy.</exception>
    public IReadOnlyList<Manifest> Read() => [.. ReadEither().Select(static found => found.Manifest)];

    /// <summary>Checks that there is no state of shards without a checkpoint.</summary>
    /// <exception cref="CheckpointException">There is.</exception>
    public void CheckEmpty(ShardSet shards)
    {
        if (shards.IsEmpty) return;
        var points = RestorePoints();
        if (shards.Any(shard => HasState(shard, points[shard]))) throw CheckpointException.StateAlone(Pipeline);
    }

    /// <summary>Adds a checkpoint's manifest to its commit.</summary>
    /// <returns>The size in bytes.</returns>
    public long AddManifest(LogCommit commit, Manifest manifest, DateTimeOffset time)
    {
        var before = commit.Bytes;
        var isWhole = manifest.Shards == ShardSet.All.Bits;
        Add(commit, startsHere: isWhole, records => ManifestRecords.Append(records, time.ToUnixTimeMilliseconds(), Owner, manifest));
        return commit.Bytes - before;
    }

    /// <summary>Deletes all manifests but those that count.</summary>
    public async Task TrimManifestsAsync(CancellationToken cancellationToken)
    {
        for (var copy = 0; copy < Copies; copy++)
            await _log.TrimAsync(Checkpoints.Name, copy, ManifestStart(copy), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds out which manifests count of those that several processes have written, and deletes those before them. To be called
    /// by one process at a time.</summary>
    /// <remarks>It waits for no other process: one that was killed may have left a commit open, which only ends once this one takes its
    /// work over.</remarks>
    public async Task TrimSharedManifestsAsync(CancellationToken cancellationToken)
    {
        var commit = NewCommit();
        for (var copy = 0; copy < Copies; copy++)
        {
            var found = ManifestRecords.Read(
                _log, Checkpoints, copy, Checkpoints.StartOffset(copy), Checkpoints.StableOffset(copy));
            var needed = NewestManifests.Of([.. found.Select(static found => found.Manifest)], ShardSet.All);
            foreach (var (offset, _) in found.Where(found => needed.Contains(found.Manifest)).Take(1))
                commit.SetGroupOffset(Group, Checkpoints.Name, copy, offset);
        }

        await _log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
        foreach (var start in commit.Offsets)
            await _log.TrimAsync(start.Topic, start.Partition, start.Offset, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes checkpoints, state and snapshots in one commit; their space is freed afterwards. Changelogs get a mark, for
    /// processes that have copies.</summary>
    public async Task ForgetAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var commit = NewCommit();
        Add(commit, startsHere: true, records => ManifestRecords.AppendForgotten(records, time.ToUnixTimeMilliseconds()));
        var (snapshots, changelogs) = (Snapshots.Ranges(), Changelog.Ranges());
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            commit.SetGroupOffset(Group, Snapshots.Name, shard, snapshots[shard].End);
            commit.SetGroupOffset(Group, Changelog.Name, shard, changelogs[shard].End);
            if (changelogs[shard].End > 0) commit.Add(Changelog, shard, Forgotten(time.ToUnixTimeMilliseconds()));
        }

        await _log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
        await TrimManifestsAsync(cancellationToken).ConfigureAwait(false);
        await TrimForgottenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns from where on each shard's state is read.</summary>
    public IReadOnlyList<RestorePoint> RestorePoints()
    {
        var (snapshots, changelogs) = (_log.GetGroupOffsets(Group, Snapshots.Name), _log.GetGroupOffsets(Group, Changelog.Name));
        var (ofSnapshots, ofChangelogs) = (Snapshots.Ranges(), Changelog.Ranges());
        return [.. Enumerable.Range(0, Shards.Count).Select(shard => new RestorePoint(
            snapshots[shard] ?? ofSnapshots[shard].End, ofSnapshots[shard].End, changelogs[shard] ?? 0, ofChangelogs[shard].End))];
    }

    /// <summary>Returns from where on a shard's state is read.</summary>
    public RestorePoint RestorePointOf(int shard)
    {
        var end = Snapshots.EndOffset(shard);
        return new(
            _log.GetGroupOffset(Group, Snapshots.Name, shard) ?? end, end,
            _log.GetGroupOffset(Group, Changelog.Name, shard) ?? 0, Changelog.EndOffset(shard));
    }

    /// <summary>Begins a commit of the pipeline.</summary>
    public LogCommit NewCommit() => new() { Owner = Owner };

    /// <summary>Frees the space of what was forgotten, and of the marks.</summary>
    private async Task TrimForgottenAsync(CancellationToken cancellationToken)
    {
        var (snapshots, changelogs) = (Snapshots.Ranges(), Changelog.Ranges());
        var commit = NewCommit();
        for (var shard = 0; shard < Shards.Count; shard++) commit.SetGroupOffset(Group, Changelog.Name, shard, changelogs[shard].End);
        await _log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
        for (var shard = 0; shard < Shards.Count; shard++)
        {
            await _log.TrimAsync(Snapshots.Name, shard, snapshots[shard].End, cancellationToken).ConfigureAwait(false);
            await _log.TrimAsync(Changelog.Name, shard, changelogs[shard].End, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool HasState(int shard, in RestorePoint point)
        => HasRecords(Snapshots, shard, point.Snapshot, point.SnapshotEnd)
        || HasRecords(Changelog, shard, point.Changelog, point.ChangelogEnd);

    private bool HasRecords(LogTopic topic, int shard, long from, long end)
    {
        if (from >= end) return false;
        using var reader = _log.OpenReader(topic.Name, shard, from);
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch)
            {
                if (record.Key.Span is not [(byte)ChangelogKind.Forgotten, ..]) return true;
            }
        }

        return false;
    }

    /// <summary>The mark in a changelog that all before is no more.</summary>
    private static RecordBuffer Forgotten(long timestamp)
    {
        var key = new ArrayBufferWriter<byte>();
        ChangeKey.Write(key, ChangelogKind.Forgotten, 0, 0);
        var records = new RecordBuffer();
        records.AppendTombstone(timestamp, key.WrittenSpan);
        return records;
    }

    private long ManifestStart(int copy)
        => _log.GetGroupOffset(Group, Checkpoints.Name, copy) ?? Checkpoints.StartOffset(copy);

    private void Add(LogCommit commit, bool startsHere, Action<RecordBuffer> append)
    {
        for (var copy = 0; copy < Copies; copy++)
        {
            var records = new RecordBuffer();
            append(records);
            if (startsHere) commit.SetGroupOffset(Group, Checkpoints.Name, copy, Checkpoints.EndOffset(copy));
            commit.Add(Checkpoints, copy, records);
        }
    }

    private IReadOnlyList<(long Offset, Manifest Manifest)> ReadEither() => ReadEither(
        Copies,
        copy => ManifestRecords.Read(_log, Checkpoints, copy, ManifestStart(copy), Checkpoints.EndOffset(copy)),
        error => CheckpointException.NoManifest(Checkpoints.Name, ManifestStart(0), error));
}

/// <summary>The place from where on a shard's state is read: its newest snapshot, and the changes after it.</summary>
internal readonly record struct RestorePoint(long Snapshot, long SnapshotEnd, long Changelog, long ChangelogEnd)
{
    public bool IsEmpty => Snapshot >= SnapshotEnd && Changelog >= ChangelogEnd;
}
