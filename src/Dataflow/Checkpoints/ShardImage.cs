using System.Runtime.InteropServices;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>A shard's state as bytes: the result of its newest snapshot and of the changes after it.</summary>
internal sealed class ShardImage
{
    private readonly Dictionary<(uint State, long Namespace), Dictionary<Bytes, byte[]>> _spaces = [];

    private ShardImage(long changelogEnd) => ChangelogEnd = changelogEnd;

    /// <summary>The first change that is not in the image.</summary>
    public long ChangelogEnd { get; }

    /// <summary>Bytes of the changes that came after the snapshot.</summary>
    public long ReplayedBytes { get; private set; }

    public static ShardImage Read(LogStore log, CheckpointTopics topics, int shard)
    {
        var image = new ShardImage(topics.Changelog.EndOffset(shard));
        var (snapshot, changelog) = topics.RestoreFrom(shard);
        _ = image.Apply(log, topics.Snapshots.Name, shard, snapshot, topics.Snapshots.EndOffset(shard));
        image.ReplayedBytes = image.Apply(log, topics.Changelog.Name, shard, changelog, image.ChangelogEnd);
        return image;
    }

    public void ForEach(Action<uint, long, byte[], byte[]> visit)
    {
        foreach (var (space, entries) in _spaces)
        {
            foreach (var (key, value) in entries) visit(space.State, space.Namespace, key.Array, value);
        }
    }

    private long Apply(LogStore log, string topic, int shard, long start, long end)
    {
        if (start >= end) return 0;
        var bytes = 0L;
        using var reader = log.OpenReader(topic, shard, start);
        while (reader.Position < end && reader.TryRead(out var batch))
        {
            foreach (var record in batch)
            {
                Apply(in record);
                bytes += record.Key.Length + record.Value.Length;
            }
        }

        return bytes;
    }

    private void Apply(in LogRecord record)
    {
        var (kind, state, ns) = ChangeKey.Read(record.Key.Span);
        if (kind == ChangelogKind.Namespace)
        {
            _spaces.Remove((state, ns));
            return;
        }

        ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(_spaces, (state, ns), out _);
        entries ??= [];
        var key = new Bytes(record.Key[ChangeKey.PrefixBytes..].ToArray());
        if (record.HasValue) entries[key] = record.Value.ToArray();
        else entries.Remove(key);
    }

    /// <summary>Bytes compared by content.</summary>
    private readonly record struct Bytes(byte[] Array)
    {
        public bool Equals(Bytes other) => Array.AsSpan().SequenceEqual(other.Array);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Array);
            return hash.ToHashCode();
        }
    }
}
