using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>A shard's state as bytes: its newest snapshot with the changes after it.</summary>
internal sealed class ShardImage : IDisposable
{
    private readonly Dictionary<(uint State, long Namespace), ImageSpace> _spaces = [];

    private ArrayBufferWriter<byte> _parts = new(); // of the value whose entry follows

    private ShardImage(long changelogEnd) => ChangelogEnd = changelogEnd;

    /// <summary>The offset of the first change that is not in the image.</summary>
    public long ChangelogEnd { get; }

    /// <summary>The bytes of the changes after the snapshot.</summary>
    public long ReplayedBytes { get; private set; }

    /// <exception cref="CheckpointException">A part of the state is damaged or was trimmed.</exception>
    public static ShardImage Read(PartitionedLog log, CheckpointTopics topics, int shard, in RestorePoint from)
    {
        var image = new ShardImage(from.ChangelogEnd);
        try
        {
            _ = image.Apply(log, topics.Snapshots.Name, shard, from.Snapshot, from.SnapshotEnd);
            image.ReplayedBytes = image.Apply(log, topics.Changelog.Name, shard, from.Changelog, from.ChangelogEnd);
            return image;
        }
        catch (LogException error) when (error is CorruptLogException or OffsetOutOfRangeException)
        {
            image.Dispose();
            throw CheckpointException.StateUnreadable(topics.Pipeline, shard, error);
        }
    }

    /// <summary>Calls <paramref name="visit"/> for each entry; for a state whose entries are never removed one by one, in the order in
    /// which they were first written. The arguments are valid until the image is disposed.</summary>
    public void ForEach(Action<uint, long, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> visit)
    {
        foreach (var (space, entries) in _spaces)
        {
            foreach (var (key, value) in entries.All()) visit(space.State, space.Namespace, key, value);
        }
    }

    public void Dispose()
    {
        foreach (var space in _spaces.Values) space.Clear();
    }

    private long Apply(PartitionedLog log, string topic, int shard, long start, long end)
    {
        if (start >= end) return 0;
        var bytes = 0L;
        using var reader = log.OpenReader(topic, shard, start);
        while (reader.TryReadBefore(end, out var batch))
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
            if (_spaces.Remove((state, ns), out var removed)) removed.Clear();
            return;
        }

        if (kind == ChangelogKind.Part)
        {
            _parts.Write(record.Value.Span);
            return;
        }

        ref var space = ref CollectionsMarshal.GetValueRefOrAddDefault(_spaces, (state, ns), out _);
        space ??= new ImageSpace();
        var key = record.Key.Span[ChangeKey.PrefixBytes..];
        if (!record.HasValue) space.Remove(key);
        else if (_parts.WrittenCount == 0) space.Put(key, record.Value.Span);
        else PutWhole(space, key, record.Value.Span);
    }

    private void PutWhole(ImageSpace space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> last)
    {
        _parts.Write(last);
        space.Put(key, _parts.WrittenSpan);
        _parts = new ArrayBufferWriter<byte>(); // such large values are rare: nothing is kept for the next
    }
}

/// <summary>The entries of one state and namespace: keys and values as bytes in pages, found by the keys' content.</summary>
internal sealed class ImageSpace
{
    private const int LengthBytes = sizeof(int);

    private readonly PagedBytes _pages = new();
    private readonly Dictionary<long, long> _values; // the place of a value by the place of its key
    private readonly Dictionary<long, long>.AlternateLookup<ReadOnlySpan<byte>> _byContent;

    public ImageSpace()
    {
        _values = new(new KeysInPages(this));
        _byContent = _values.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_byContent, key, out var exists);
        if (exists && At(place).Length == value.Length) value.CopyTo(MemoryMarshal.AsMemory(At(place)).Span);
        else place = Add(value);
    }

    public void Remove(ReadOnlySpan<byte> key) => _byContent.Remove(key);

    public IEnumerable<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> All()
        => _values.Select(entry => (At(entry.Key), At(entry.Value)));

    public void Clear()
    {
        _values.Clear();
        _pages.Clear();
    }

    private ReadOnlyMemory<byte> At(long place)
    {
        var bytes = _pages.From(place);
        return bytes.AsMemory(LengthBytes, BinaryPrimitives.ReadInt32LittleEndian(bytes));
    }

    private long Add(ReadOnlySpan<byte> bytes)
    {
        var place = _pages.Add(LengthBytes + bytes.Length);
        var to = _pages.From(place).AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(to, bytes.Length);
        bytes.CopyTo(to[LengthBytes..]);
        return place;
    }

    /// <summary>Compares keys by their content, and adds new ones to the pages.</summary>
    private sealed class KeysInPages(ImageSpace space) : IEqualityComparer<long>, IAlternateEqualityComparer<ReadOnlySpan<byte>, long>
    {
        public bool Equals(long key, long other) => key == other;

        public int GetHashCode(long key) => GetHashCode(space.At(key).Span);

        public bool Equals(ReadOnlySpan<byte> bytes, long key) => bytes.SequenceEqual(space.At(key).Span);

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public long Create(ReadOnlySpan<byte> bytes) => space.Add(bytes);
    }
}
