using System.Buffers;
using System.Buffers.Binary;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Sharing;

/// <summary>The records of an exchange as those of its repartition topic, where they move to other processes.</summary>
/// <remarks>A record with a key is a record of the stream:
/// <code>
/// key      the key, as its codec writes it
/// value    8 bytes event time, 4 bytes split (-1: not known), 8 bytes offset in the split, then the value as state holds it
/// </code>The event time is not the record's own timestamp, for which a log may have rules. One without a key is a report of time: see
/// <see cref="TimeReport"/>. Little-endian.</remarks>
internal abstract class ExchangeForm<T>
{
    public abstract int ShardOf(in Record<T> record);

    public abstract void Append(RecordBuffer records, in Record<T> record);

    public abstract Record<T> Read(in LogRecord record);
}

/// <summary>The form of records with a key.</summary>
internal sealed class KeyedForm<TKey, T> : ExchangeForm<Keyed<TKey, T>>
    where TKey : notnull
{
    private const int HeaderBytes = sizeof(long) + sizeof(int) + sizeof(long);

    private readonly KeyCodec<TKey> _keys = KeyCodec<TKey>.Default;
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();

    public override int ShardOf(in Record<Keyed<TKey, T>> record) => Shards.Of(_keys.Hash(record.Value.Key));

    public override void Append(RecordBuffer records, in Record<Keyed<TKey, T>> record)
    {
        _key.ResetWrittenCount();
        _value.ResetWrittenCount();
        _keys.Write(record.Value.Key, _key);
        var header = _value.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header, record.Timestamp);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], record.Origin.IsKnown ? record.Origin.Split : -1);
        BinaryPrimitives.WriteInt64LittleEndian(header[12..], record.Origin.Offset);
        _value.Advance(HeaderBytes);
        var value = record.Value.Value;
        StateCodec<T>.Write(ref value, _value);
        records.Append(0, _key.WrittenSpan, _value.WrittenSpan);
    }

    public override Record<Keyed<TKey, T>> Read(in LogRecord record)
    {
        var header = record.Value.Span;
        var split = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        var origin = split < 0 ? default : new RecordOrigin(split, BinaryPrimitives.ReadInt64LittleEndian(header[12..]));
        var value = StateCodec<T>.Read(record.Value[HeaderBytes..]);
        return new(new(_keys.Read(record.Key), value), BinaryPrimitives.ReadInt64LittleEndian(header), origin);
    }
}

/// <summary>The time that a worker has reached before an exchange, on its way to another process, behind the records before
/// it.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      8  origins    a bit for each shard of the worker
///      8      8  watermark  ms since the Unix epoch
///     16      1  idle       1: idle
///     17      8  ahead      the event time less the wall clock's when the last record came
///     25      8  newest     the time of the newest record before the idle time
///     33      8  end        the newest time of all records, once the input has ended
///     41         oldest     8 bytes for each step that gives the exchange's records their time: the oldest time that it gave; none in
///                           reports of earlier versions
/// </code>Little-endian.</remarks>
internal readonly record struct TimeReport(ShardSet Origins, InputTime Time, long NewestAtEnd, long[] Oldest)
{
    private const int MinLength = 41;

    public void AppendTo(RecordBuffer records, TimeProvider clock)
    {
        var bytes = new byte[MinLength + (sizeof(long) * Oldest.Length)].AsSpan();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Origins.Bits);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Math.Min(Time.Watermark, Time.Least));
        bytes[16] = Time.IsIdle ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[17..], Time.Idleness.AheadOfWallClock(clock));
        BinaryPrimitives.WriteInt64LittleEndian(bytes[25..], Time.Idleness.Newest);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[33..], NewestAtEnd);
        for (var i = 0; i < Oldest.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(MinLength + (sizeof(long) * i))..], Oldest[i]);
        records.Append(clock.GetUtcNow().ToUnixTimeMilliseconds(), bytes);
    }

    public static TimeReport Read(in LogRecord record, TimeProvider clock)
    {
        var bytes = record.Value.Span;
        var idleness = bytes[16] == 0 ? default : Idleness.OfWallClock(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[17..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[25..]), clock);
        return new(
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes)), new(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), idleness),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[33..]), OldestIn(bytes[MinLength..]));
    }

    private static long[] OldestIn(ReadOnlySpan<byte> bytes)
    {
        var oldest = new long[bytes.Length / sizeof(long)];
        for (var i = 0; i < oldest.Length; i++) oldest[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(sizeof(long) * i)..]);
        return oldest;
    }
}
