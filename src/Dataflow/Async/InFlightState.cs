using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Dataflow.State;

namespace Dataflow.Async;

/// <summary>The records in flight as a checkpoint stores them; a restored step makes their calls first.</summary>
/// <remarks>
/// A record is written by the first checkpoint that finds it in flight, and removed in the epoch to which its result belongs.
/// <code>
/// offset  bytes  field
///      0      8  watermark   the last before the record, ms since the Unix epoch
///      8      8  timestamp   of the record
///     16      8  position    in its split
///     24      2  length      of the split's name; 0: the origin is not known
///     26         split       its name, since numbers of splits differ from run to run; UTF-8
///                value       as its serde writes it
/// </code>All integers little-endian.</remarks>
internal sealed class InFlightState<TIn>(OperatorContext step, KeyedState<InFlightKey, byte[]> entries)
{
    private const int FixedBytes = 26;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Whether values can be written at all.</summary>
    public static bool IsPossible => HasSerde();

    public void Save(in Record<TIn> record, long watermark, InFlightKey key)
    {
        var split = step.SplitName(record.Origin);
        _bytes.ResetWrittenCount();
        var head = _bytes.GetSpan(FixedBytes + Encoding.UTF8.GetMaxByteCount(split.Length));
        var length = Encoding.UTF8.GetBytes(split, head[FixedBytes..]);
        BinaryPrimitives.WriteInt64LittleEndian(head, watermark);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], record.Timestamp);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], record.Origin.Offset);
        BinaryPrimitives.WriteUInt16LittleEndian(head[24..], (ushort)length);
        _bytes.Advance(FixedBytes + length);
        var value = record.Value;
        StateCodec<TIn>.Write(ref value, _bytes);
        entries.Update(key, out _) = _bytes.WrittenSpan.ToArray();
    }

    public void Remove(InFlightKey key) => entries.Remove(key);

    /// <summary>Loads the records of the checkpoint, each with its watermark, so that none comes after a watermark that it
    /// preceded.</summary>
    public IEnumerable<(Record<TIn> Record, long Watermark, InFlightKey Key)> Load()
    {
        var found = new List<(Record<TIn> Record, long Watermark, InFlightKey Key)>();
        entries.ForEach((State: this, found), static (to, key, in bytes) =>
        {
            var (record, watermark) = to.State.Read(bytes);
            to.found.Add((record, watermark, key));
        });
        // Within a worker the watermark grows with the sequence; this worker may have records of several former workers.
        return found.OrderBy(static entry => entry.Watermark).ThenBy(static entry => entry.Key.Sequence);
    }

    private (Record<TIn> Record, long Watermark) Read(byte[] bytes)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(24));
        var split = Encoding.UTF8.GetString(bytes, FixedBytes, length);
        var origin = step.OriginOf(split, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)));
        var value = StateCodec<TIn>.Read(bytes.AsMemory(FixedBytes + length));
        return (new(value, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)), origin), BinaryPrimitives.ReadInt64LittleEndian(bytes));
    }

    private static bool HasSerde()
    {
        try
        {
            StateCodec<TIn>.CheckType();
            return true;
        }
        catch (PlanException)
        {
            return false;
        }
    }
}

/// <summary>The key of a record in flight: the shard of its key, or one of its worker's where it has no key, and a number.</summary>
internal readonly record struct InFlightKey(int Shard, long Sequence);

internal sealed class InFlightKeyCodec() : KeyCodec<InFlightKey>(null!)
{
    private const int Bytes = 9;

    public override uint Hash(InFlightKey key) => Shards.HashIn(key.Shard, Mix((ulong)key.Sequence));

    public override void Write(InFlightKey key, IBufferWriter<byte> bytes)
    {
        var span = bytes.GetSpan(Bytes);
        span[0] = (byte)key.Shard;
        BinaryPrimitives.WriteInt64BigEndian(span[1..], key.Sequence);
        bytes.Advance(Bytes);
    }

    public override InFlightKey Read(ReadOnlyMemory<byte> bytes)
        => new(bytes.Span[0], BinaryPrimitives.ReadInt64BigEndian(bytes.Span[1..]));
}
