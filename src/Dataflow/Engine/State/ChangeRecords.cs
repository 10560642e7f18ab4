using System.Buffers;
using System.Buffers.Binary;
using Dataflow.Log;

namespace Dataflow.State;

/// <summary>The changes of one shard as records of the log: small ones together, since a log may ask as much for a record as for all the
/// bytes of a hundred changes; a value that is larger than a record may be in several, which follow each other in one commit.</summary>
internal sealed class ChangeRecords : IDisposable
{
    /// <summary>The largest part of a value in one record: small enough that batches, which hold at most 16 MiB, keep a common
    /// size.</summary>
    public const int MaxPartBytes = 4 << 20;

    private const int PackBytes = 8 << 10;
    private const int MaxKeptBytes = 64 << 10;
    private static readonly byte[] s_packKey = KeyOfPack();

    private ArrayBufferWriter<byte> _pack = new();
    private RecordBuffer _records = new();

    public bool IsEmpty => _pack.WrittenCount == 0 && _records.Count == 0;

    /// <summary>Adds an entry.</summary>
    /// <param name="key">The key, laid out by <see cref="ChangeKey"/>.</param>
    /// <param name="value">The value.</param>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.Length <= MaxPartBytes) Pack(key, value.Length, value);
        else PutInParts(key, value);
    }

    /// <summary>Adds that an entry, or all entries of a namespace, are no more.</summary>
    /// <param name="key">The key, laid out by <see cref="ChangeKey"/>.</param>
    public void Remove(ReadOnlySpan<byte> key) => Pack(key, -1, default);

    /// <summary>Takes the records, which belong to the caller, and begins anew.</summary>
    public RecordBuffer Take()
    {
        Flush();
        var taken = _records;
        _records = new RecordBuffer();
        return taken;
    }

    /// <summary>Reads the next change of a pack; false behind the last.</summary>
    /// <param name="pack">What is left of the record's value.</param>
    /// <param name="change">The change.</param>
    public static bool TryRead(ref ReadOnlySpan<byte> pack, out PackedChange change)
    {
        change = default;
        if (pack.IsEmpty) return false;
        var (key, value) = (BinaryPrimitives.ReadInt32LittleEndian(pack), BinaryPrimitives.ReadInt32LittleEndian(pack[sizeof(int)..]));
        var bytes = pack[(2 * sizeof(int))..];
        change = new() { Key = bytes[..key], Value = bytes.Slice(key, Math.Max(0, value)), HasValue = value >= 0 };
        pack = bytes[(key + change.Value.Length)..];
        return true;
    }

    public void Dispose() => _records.Dispose();

    private static byte[] KeyOfPack()
    {
        var key = new ArrayBufferWriter<byte>();
        ChangeKey.Write(key, ChangelogKind.Pack, 0, 0);
        return key.WrittenSpan.ToArray();
    }

    private void Pack(ReadOnlySpan<byte> key, int valueLength, ReadOnlySpan<byte> value)
    {
        var bytes = (2 * sizeof(int)) + key.Length + value.Length;
        var span = _pack.GetSpan(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(span, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[sizeof(int)..], valueLength);
        key.CopyTo(span[(2 * sizeof(int))..]);
        value.CopyTo(span[((2 * sizeof(int)) + key.Length)..]);
        _pack.Advance(bytes);
        if (_pack.WrittenCount >= PackBytes) Flush();
    }

    private void PutInParts(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Flush();
        Span<byte> part = stackalloc byte[ChangeKey.PrefixBytes];
        key[..ChangeKey.PrefixBytes].CopyTo(part);
        part[0] = (byte)ChangelogKind.Part;
        for (; value.Length > MaxPartBytes; value = value[MaxPartBytes..]) _records.Append(0, part, value[..MaxPartBytes]);
        _records.Append(0, key, value);
    }

    private void Flush()
    {
        if (_pack.WrittenCount == 0) return;
        _records.Append(0, s_packKey, _pack.WrittenSpan);
        if (_pack.Capacity > MaxKeptBytes) _pack = new ArrayBufferWriter<byte>();
        else _pack.ResetWrittenCount();
    }
}

/// <summary>A change in a pack: of an entry, or the end of a namespace.</summary>
internal readonly ref struct PackedChange
{
    /// <summary>The key, laid out by <see cref="ChangeKey"/>.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    public bool HasValue { get; init; }
}
