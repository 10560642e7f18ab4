using System.Buffers;
using System.Text;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Tests.Checkpoints;

/// <summary>The changes of a shard that no job has: written to its changelog by a test.</summary>
internal static class ShardChanges
{
    public const int ChangedShard = 5;

    public static CheckpointTopics Open(LogStore log, string pipeline = "test")
        => CheckpointTopics.OpenAsync(log, pipeline, owner: "test", writesDeadLetters: false, CancellationToken.None)
            .GetAwaiter().GetResult();

    public static ShardImage Read(LogStore log, CheckpointTopics topics)
        => ShardImage.Read(log, topics, ChangedShard, topics.RestorePointOf(ChangedShard));

    public static void Snapshot(Snapshots snapshots)
    {
        snapshots.Add(ChangedShard, 1000);
        snapshots.Begin(TaskScheduler.Default, CancellationToken.None);
        snapshots.Running.GetAwaiter().GetResult();
    }

    public static void Change(LogStore log, CheckpointTopics topics, int what, int key, int value)
    {
        using var changes = new ChangeRecords();
        if (what == 4) changes.Remove(KeyOf(ChangelogKind.Namespace, key % 2, null));
        else if (what == 5) changes.Remove(KeyOf(ChangelogKind.Entry, key % 2, key));
        else Put(changes, key, new string((char)('a' + key), value));
        Commit(log, topics, value % 2 == 0 ? changes.Take() : Apart(changes.Take()));
    }

    public static void Put(ChangeRecords changes, int key, string value)
        => changes.Put(KeyOf(ChangelogKind.Entry, key % 2, key), Encoding.UTF8.GetBytes(value));

    public static void Patch(ChangeRecords changes, int key, byte[] patch)
        => changes.Put(KeyOf(ChangelogKind.Patch, key % 2, key), patch);

    /// <summary>The same changes with a record for each, as they were written before packs.</summary>
    private static RecordBuffer Apart(RecordBuffer packed)
    {
        var records = new RecordBuffer();
        foreach (var record in packed)
        {
            var pack = record.Value.Span;
            while (ChangeRecords.TryRead(ref pack, out var change))
            {
                if (change.HasValue) records.Append(0, change.Key, change.Value);
                else records.AppendTombstone(0, change.Key);
            }
        }

        return records;
    }

    public static void Commit(LogStore log, CheckpointTopics topics, RecordBuffer records)
    {
        var commit = new LogCommit();
        commit.Add(topics.Changelog, ChangedShard, records);
        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
    }

    private static byte[] KeyOf(ChangelogKind kind, long ns, int? key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ChangeKey.Write(bytes, kind, state: 7, ns);
        if (key is { } number) bytes.Write(BitConverter.GetBytes(number));
        return bytes.WrittenSpan.ToArray();
    }

    public static IReadOnlyList<string> Entries(ShardImage image)
    {
        var entries = new List<string>();
        image.ForEach((_, ns, key, value) => entries.Add($"{ns}/{BitConverter.ToInt32(key.Span)}: {Encoding.UTF8.GetString(value.Span)}"));
        return [.. entries.Order(StringComparer.Ordinal)];
    }
}
