using System.Buffers;
using System.Text;
using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Images of a shard that are completed: whatever an image held before, it is then that of one who reads all.</summary>
public sealed class ShardImageTests
{
    private const int Shard = 5;

    [Fact]
    public void An_image_of_any_age_that_is_completed_is_that_of_the_whole_log()
        => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 12], Gen.Int[0, 3]).Array[1, 60].Sample(
            static operations =>
            {
                using var log = SimulatedJob.OpenLog();
                var topics = Open(log);
                var (snapshots, images) = (new Snapshots(log, topics, minBytes: 1), new List<ShardImage> { Read(log, topics) });
                foreach (var (what, key, value) in operations)
                {
                    if (what == 0) images.Add(Read(log, topics));
                    else if (what == 1) topics.ForgetAsync(DateTimeOffset.UnixEpoch, default).GetAwaiter().GetResult();
                    else if (what == 2) Snapshot(snapshots);
                    else if (what == 3) images[^1].Complete(log, topics, Shard, topics.RestorePointOf(Shard));
                    else Change(log, topics, what, key, value);
                }

                using var whole = Read(log, topics);
                foreach (var image in images)
                {
                    image.Complete(log, topics, Shard, topics.RestorePointOf(Shard));
                    Assert.Equal(Entries(whole), Entries(image));
                    image.Dispose();
                }
            },
            iter: 200);

    [Fact]
    public void The_memory_of_an_image_stays_in_proportion_to_what_is_alive_in_it()
    {
        using var log = SimulatedJob.OpenLog();
        var topics = Open(log);
        using var image = Read(log, topics);
        for (var round = 1; round <= 300; round++)
        {
            using var changes = new ChangeRecords();
            for (var key = 0; key < 20; key++) Put(changes, key, new string('x', 100 + ((round + key) % 900)));
            Commit(log, topics, changes.Take());
            image.Complete(log, topics, Shard, topics.RestorePointOf(Shard));
        }

        Assert.Equal(20, image.Entries);
        Assert.InRange(image.Bytes, 20 * 500, 400_000);
    }

    private static CheckpointTopics Open(LogStore log)
        => CheckpointTopics.OpenAsync(log, "test", owner: "test", writesDeadLetters: false, CancellationToken.None)
            .GetAwaiter().GetResult();

    private static ShardImage Read(LogStore log, CheckpointTopics topics)
        => ShardImage.Read(log, topics, Shard, topics.RestorePointOf(Shard));

    private static void Snapshot(Snapshots snapshots)
    {
        snapshots.Add(Shard, 1000);
        snapshots.Begin(TaskScheduler.Default, CancellationToken.None);
        snapshots.Running.GetAwaiter().GetResult();
    }

    private static void Change(LogStore log, CheckpointTopics topics, int what, int key, int value)
    {
        using var changes = new ChangeRecords();
        if (what == 4) changes.Remove(KeyOf(ChangelogKind.Namespace, key % 2, null));
        else if (what == 5) changes.Remove(KeyOf(ChangelogKind.Entry, key % 2, key));
        else Put(changes, key, new string((char)('a' + key), value));
        Commit(log, topics, value % 2 == 0 ? changes.Take() : Apart(changes.Take()));
    }

    private static void Put(ChangeRecords changes, int key, string value)
        => changes.Put(KeyOf(ChangelogKind.Entry, key % 2, key), Encoding.UTF8.GetBytes(value));

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

    private static void Commit(LogStore log, CheckpointTopics topics, RecordBuffer records)
    {
        var commit = new LogCommit();
        commit.Add(topics.Changelog, Shard, records);
        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
    }

    private static byte[] KeyOf(ChangelogKind kind, long ns, int? key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ChangeKey.Write(bytes, kind, state: 7, ns);
        if (key is { } number) bytes.Write(BitConverter.GetBytes(number));
        return bytes.WrittenSpan.ToArray();
    }

    private static IReadOnlyList<string> Entries(ShardImage image)
    {
        var entries = new List<string>();
        image.ForEach((_, ns, key, value) => entries.Add($"{ns}/{BitConverter.ToInt32(key.Span)}: {Encoding.UTF8.GetString(value.Span)}"));
        return [.. entries.Order(StringComparer.Ordinal)];
    }
}
