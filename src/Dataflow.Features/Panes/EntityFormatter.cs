using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Features.Panes;

/// <summary>Writes entities as an array: trimmed to, position, panes, objects, the number of recent events, whether there is a latest one,
/// these events, overflows.</summary>
internal sealed class EntityFormatter<T> : IMessagePackFormatter<Entity<T>>
{
    private const int Fields = 9;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;

    public void Serialize(ref MessagePackWriter writer, Entity<T> value, MessagePackSerializerOptions options)
    {
        WriteHead(ref writer, in value);
        writer.WriteRaw(value.Panes.Used);
        WriteRest(ref writer, ref value);
        if (value.Overflowed is null) writer.WriteNil();
        else MessagePackSerializer.Serialize(ref writer, value.Overflowed, options);
    }

    /// <summary>Writes what is before the bytes of the panes.</summary>
    public static void WriteHead(ref MessagePackWriter writer, in Entity<T> value)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(value.TrimmedTo);
        writer.Write(value.Position.Split);
        writer.Write(value.Position.Offset);
        writer.WriteBinHeader(value.Panes.Used.Length);
    }

    /// <summary>Returns how many bytes <see cref="WriteHead"/> writes.</summary>
    public static int HeadBytes(in Entity<T> value)
        => 1 + MessagePackWriter.GetEncodedLength(value.TrimmedTo) + MessagePackWriter.GetEncodedLength(value.Position.Split)
            + MessagePackWriter.GetEncodedLength(value.Position.Offset)
            + value.Panes.Used.Length switch { <= byte.MaxValue => 2, <= ushort.MaxValue => 3, _ => 5 };

    /// <summary>Writes what is behind the bytes of the panes, but for the overflows.</summary>
    public static void WriteRest(ref MessagePackWriter writer, ref Entity<T> value)
    {
        writer.WriteArrayHeader(value.Panes.Objects?.Length ?? 0);
        foreach (var accumulator in value.Panes.Objects ?? []) Write(ref writer, accumulator);
        writer.Write(value.RecentCount);
        writer.Write(value.Latest.Exists);
        var scratch = Scratch();
        var events = new MessagePackWriter(scratch);
        var (time, offset) = (value.TrimmedTo, value.Position.Offset);
        foreach (ref var kept in value.Recent.AsSpan(0, value.RecentCount)) KeptEvents<T>.Write(ref events, ref kept, ref time, ref offset);
        if (value.Latest.Exists) KeptEvents<T>.Write(ref events, ref value.Latest, ref time, ref offset);
        events.Flush();
        writer.Write(scratch.WrittenSpan);
    }

    public Entity<T> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        _ = reader.ReadArrayHeader();
        var trimmedTo = reader.ReadInt64();
        var (split, offset) = (reader.ReadInt32(), reader.ReadInt64());
        var entity = new Entity<T>
        {
            TrimmedTo = trimmedTo,
            Position = split < 0 ? default : new(split, offset),
            Panes = { Bytes = ReadPanes(ref reader), Objects = ReadObjects(ref reader) },
            RecentCount = reader.ReadInt32(),
        };
        var hasLatest = reader.ReadBoolean();
        var events = new MessagePackReader(ReadBytes(ref reader));
        var time = trimmedTo;
        if (entity.RecentCount > 0) entity.Recent = new KeptEvent<T>[entity.RecentCount];
        foreach (ref var kept in entity.Recent.AsSpan()) kept = KeptEvents<T>.Read(ref events, ref time, ref offset);
        if (hasLatest) entity.Latest = KeptEvents<T>.Read(ref events, ref time, ref offset);
        entity.Overflowed = reader.TryReadNil() ? null : MessagePackSerializer.Deserialize<OverflowedPane[]>(ref reader, options);
        return entity;
    }

    private static void Write(ref MessagePackWriter writer, PaneObject? accumulator)
    {
        if (accumulator is null)
        {
            writer.WriteNil();
            return;
        }

        var scratch = Scratch();
        accumulator.Write(scratch);
        writer.Write(scratch.WrittenSpan);
    }

    private static PaneObject?[]? ReadObjects(ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        if (count == 0) return null;
        var objects = new PaneObject?[count];
        foreach (ref var accumulator in objects.AsSpan())
            accumulator = ReadBytes(ref reader) is { } bytes ? new WrittenPaneObject(bytes) : null;
        return objects;
    }

    private static byte[]? ReadPanes(ref MessagePackReader reader)
    {
        if (reader.ReadBytes() is not { IsEmpty: false } used) return null;
        var panes = new byte[used.Length + WrittenPanes.Bytes];
        used.CopyTo(panes.AsSpan(WrittenPanes.Bytes));
        return panes;
    }

    private static byte[]? ReadBytes(ref MessagePackReader reader) => reader.ReadBytes()?.ToArray();

    private static ArrayBufferWriter<byte> Scratch()
    {
        var scratch = t_scratch ??= new ArrayBufferWriter<byte>();
        scratch.ResetWrittenCount();
        return scratch;
    }
}
