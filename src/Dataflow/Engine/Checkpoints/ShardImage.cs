using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>A shard's state as bytes, as of an offset of its changelog. It can be brought up to a later one: by what follows in the
/// changelog, if that is still there, else from the newest snapshot on.</summary>
internal sealed class ShardImage : IDisposable
{
    private readonly Dictionary<(uint State, long Namespace), ImageSpace> _spaces = [];

    private readonly ArrayBufferWriter<byte> _patched = new(); // the value that a patch makes
    private ArrayBufferWriter<byte> _parts = new(); // of the value whose entry follows

    public ShardImage()
    {
    }

    /// <summary>Begins with what a file holds: see <see cref="Load"/>.</summary>
    public ShardImage(ImageHeader header) => (Position, From, ChangedBytes) = (header.Position, header.From, header.ChangedBytes);

    /// <summary>The place that it was taken from.</summary>
    public StatePlace Place { get; set; } = StatePlace.Log;

    /// <summary>The offset of the first change that is not in the image.</summary>
    public long Position { get; private set; }

    /// <summary>The offset from which its changes were read.</summary>
    public long From { get; private set; }

    /// <summary>The bytes of these changes.</summary>
    public long ChangedBytes { get; private set; }

    /// <summary>The records that were read of the log.</summary>
    public long LogRecords { get; private set; }

    /// <summary>The bytes of these.</summary>
    public long LogBytes { get; private set; }

    /// <summary>The number of entries.</summary>
    public long Entries => _spaces.Values.Sum(static space => (long)space.Count);

    /// <summary>The memory that it takes.</summary>
    public long Bytes => _spaces.Values.Sum(static space => space.Bytes);

    /// <exception cref="CheckpointException">A part of the state is damaged or was trimmed.</exception>
    public static ShardImage Read(PartitionedLog log, CheckpointTopics topics, int shard, in RestorePoint at)
    {
        var image = new ShardImage();
        try
        {
            image.Begin(log, topics, shard, at);
            image.Complete(log, topics, shard, at);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Reads what the image lacks.</summary>
    /// <exception cref="CheckpointException">A part of the state is damaged or was trimmed.</exception>
    public void Complete(PartitionedLog log, CheckpointTopics topics, int shard, in RestorePoint at)
    {
        try
        {
            if (Position < at.Changelog) Begin(log, topics, shard, at);
            Apply(log, topics.Changelog.Name, shard, Position, at.ChangelogEnd);
            Position = Math.Max(Position, at.ChangelogEnd);
        }
        catch (Exception error) when (error is CorruptLogException or OffsetOutOfRangeException or InvalidDataException)
        {
            throw CheckpointException.StateUnreadable(topics.Pipeline, shard, error);
        }
    }

    /// <summary>Estimates the bytes of the changes that came after a snapshot.</summary>
    /// <param name="snapshot">The offset of the first of these.</param>
    public long ChangedBytesSince(long snapshot)
        => Position <= Math.Max(From, snapshot)
            ? 0 : (long)(ChangedBytes * ((double)(Position - Math.Max(From, snapshot)) / (Position - From)));

    /// <summary>Adds the changes of a batch, which begins at <see cref="Position"/>.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="next">The offset behind it.</param>
    public void Apply(in RecordBatch batch, long next)
    {
        foreach (var record in batch)
        {
            ApplyRecord(record.Key.Span, record.HasValue, record.Value.Span);
            var bytes = record.Key.Length + record.Value.Length;
            ChangedBytes += bytes;
            LogBytes += bytes;
        }

        LogRecords += batch.Count;
        Position = next;
    }

    /// <summary>Adds a record of a file.</summary>
    public void Load(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => ApplyRecord(key, hasValue: true, value);

    /// <summary>Returns the entries as the records of a snapshot.</summary>
    public RecordBuffer ToRecords()
    {
        using var entries = new ChangeRecords();
        var changed = new ArrayBufferWriter<byte>();
        ForEach((state, ns, key, value) =>
        {
            changed.ResetWrittenCount();
            ChangeKey.Write(changed, ChangelogKind.Entry, state, ns);
            changed.Write(key.Span);
            entries.Put(changed.WrittenSpan, value.Span);
        });
        return entries.Take();
    }

    /// <summary>Notes that there are no changes up to an offset.</summary>
    public void MoveTo(long position) => Position = position;

    /// <summary>Calls <paramref name="visit"/> for each entry; for a state whose entries are never removed one by one, in the order in
    /// which they were first written. The arguments are valid until the image is disposed.</summary>
    public void ForEach(Action<uint, long, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> visit)
    {
        foreach (var (space, entries) in _spaces)
        {
            foreach (var (key, value) in entries.All()) visit(space.State, space.Namespace, key, value);
        }
    }

    public void Dispose() => Clear();

    /// <summary>Begins with the newest snapshot.</summary>
    private void Begin(PartitionedLog log, CheckpointTopics topics, int shard, in RestorePoint at)
    {
        Clear();
        Apply(log, topics.Snapshots.Name, shard, at.Snapshot, at.SnapshotEnd);
        (Position, From, ChangedBytes) = (at.Changelog, at.Changelog, 0);
    }

    private void Apply(PartitionedLog log, string topic, int shard, long start, long end)
    {
        if (start >= end) return;
        using var reader = log.OpenReader(topic, shard, start);
        while (reader.TryReadBefore(end, out var batch)) Apply(in batch, reader.Position);
    }

    private void Clear()
    {
        foreach (var space in _spaces.Values) space.Clear();
        _spaces.Clear();
        _parts = new ArrayBufferWriter<byte>();
    }

    private void ApplyRecord(ReadOnlySpan<byte> key, bool hasValue, ReadOnlySpan<byte> value)
    {
        switch ((ChangelogKind)key[0])
        {
            case ChangelogKind.Part:
                _parts.Write(value);
                break;
            case ChangelogKind.Forgotten:
                Clear();
                break;
            case ChangelogKind.Pack:
                while (ChangeRecords.TryRead(ref value, out var change)) ApplyChange(change.Key, change.HasValue, change.Value);
                break;
            default:
                ApplyChange(key, hasValue, value);
                break;
        }
    }

    private void ApplyChange(ReadOnlySpan<byte> changed, bool hasValue, ReadOnlySpan<byte> value)
    {
        var (kind, state, ns) = ChangeKey.Read(changed);
        var key = changed[ChangeKey.PrefixBytes..];
        if (kind == ChangelogKind.Namespace) RemoveAll((state, ns));
        else if (kind == ChangelogKind.Patch) Patch((state, ns), key, value);
        else if (hasValue) Put((state, ns), key, value);
        else Remove((state, ns), key);
    }

    private void RemoveAll((uint State, long Namespace) place)
    {
        if (_spaces.Remove(place, out var removed)) removed.Clear();
    }

    private void Put((uint State, long Namespace) place, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ref var space = ref CollectionsMarshal.GetValueRefOrAddDefault(_spaces, place, out _);
        space ??= new ImageSpace();
        if (_parts.WrittenCount == 0) space.Put(key, value);
        else PutWhole(space, key, value);
        if (space.IsSparse) space = space.Compact();
    }

    private void Patch((uint State, long Namespace) place, ReadOnlySpan<byte> key, ReadOnlySpan<byte> patch)
    {
        if (!_spaces.TryGetValue(place, out var space)) throw ValuePatch.NotOfValue();
        _patched.ResetWrittenCount();
        space.Patch(key, patch, _patched);
        if (space.IsSparse) _spaces[place] = space.Compact();
    }

    private void Remove((uint State, long Namespace) place, ReadOnlySpan<byte> key)
    {
        if (!_spaces.TryGetValue(place, out var space)) return;
        space.Remove(key);
        if (space.IsSparse) _spaces[place] = space = space.Compact();
        if (space.Count > 0) return;
        _spaces.Remove(place);
        space.Clear();
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
    private const int EntryBytes = 40; // in the table
    private const long MinWasted = 64 << 10;

    private readonly PagedBytes _pages = new();
    private readonly Dictionary<long, long> _values; // the place of a value by the place of its key
    private readonly Dictionary<long, long>.AlternateLookup<ReadOnlySpan<byte>> _byContent;
    private long _wasted; // bytes of values and keys that are no more

    public ImageSpace()
    {
        _values = new(new KeysInPages(this));
        _byContent = _values.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _values.Count;

    /// <summary>The memory that it takes.</summary>
    public long Bytes => _pages.Bytes + ((long)_values.Count * EntryBytes);

    /// <summary>Whether more than half of the memory holds what is no more.</summary>
    public bool IsSparse => _wasted > MinWasted && _wasted > _pages.Bytes / 2;

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_byContent, key, out var exists);
        if (exists) Replace(ref place, value);
        else place = Add(value);
    }

    /// <summary>Changes parts of a value.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="patch">What has changed.</param>
    /// <param name="patched">Takes the value as it is then.</param>
    /// <exception cref="InvalidDataException">There is no such value.</exception>
    public void Patch(ReadOnlySpan<byte> key, ReadOnlySpan<byte> patch, ArrayBufferWriter<byte> patched)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(_byContent, key);
        if (Unsafe.IsNullRef(ref place)) throw ValuePatch.NotOfValue();
        ValuePatch.Apply(At(place).Span, patch, patched);
        Replace(ref place, patched.WrittenSpan);
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        if (_byContent.Remove(key, out var place, out var value)) _wasted += (2 * LengthBytes) + At(place).Length + At(value).Length;
    }

    /// <summary>Returns the same entries in the same order, in as much memory as they need; nothing is left here.</summary>
    public ImageSpace Compact()
    {
        var compact = new ImageSpace();
        foreach (var (key, value) in All()) compact.Put(key.Span, value.Span);
        Clear();
        return compact;
    }

    public IEnumerable<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> All()
        => _values.Select(entry => (At(entry.Key), At(entry.Value)));

    public void Clear()
    {
        _values.Clear();
        _pages.Clear();
        _wasted = 0;
    }

    private void Replace(ref long place, ReadOnlySpan<byte> value)
    {
        if (At(place).Length == value.Length)
        {
            value.CopyTo(MemoryMarshal.AsMemory(At(place)).Span);
            return;
        }

        _wasted += LengthBytes + At(place).Length;
        place = Add(value);
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
