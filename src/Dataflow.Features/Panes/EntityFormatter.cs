using System.Buffers;
using Dataflow.State;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Features.Panes;

/// <summary>Writes entities as an array: panes, objects, recent events, latest event, trimmed to, position.</summary>
internal sealed class EntityFormatter<T> : IMessagePackFormatter<Entity<T>>
{
    private const int Fields = 6;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;

    public void Serialize(ref MessagePackWriter writer, Entity<T> value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(value.Panes.Bytes);
        writer.WriteArrayHeader(value.Panes.Objects?.Length ?? 0);
        foreach (var accumulator in value.Panes.Objects ?? []) Write(ref writer, accumulator);
        writer.WriteArrayHeader(value.RecentCount);
        foreach (ref var kept in value.Recent.AsSpan(0, value.RecentCount)) Write(ref writer, ref kept);
        Write(ref writer, ref value.Latest);
        writer.Write(value.TrimmedTo);
        Write(ref writer, value.Position);
    }

    public Entity<T> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        _ = reader.ReadArrayHeader();
        var entity = new Entity<T> { Panes = { Bytes = ReadBytes(ref reader) } };
        var objects = reader.ReadArrayHeader();
        if (objects > 0) entity.Panes.Objects = new PaneObject[objects];
        for (var i = 0; i < objects; i++) entity.Panes.Objects![i] = ReadBytes(ref reader) is { } bytes ? new WrittenPaneObject(bytes) : null;
        entity.RecentCount = reader.ReadArrayHeader();
        if (entity.RecentCount > 0) entity.Recent = new KeptEvent<T>[entity.RecentCount];
        for (var i = 0; i < entity.RecentCount; i++) entity.Recent![i] = ReadEvent(ref reader);
        entity.Latest = ReadEvent(ref reader);
        entity.TrimmedTo = reader.ReadInt64();
        entity.Position = ReadOrigin(ref reader);
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

    private static void Write(ref MessagePackWriter writer, ref KeptEvent<T> kept)
    {
        if (!kept.Exists)
        {
            writer.WriteNil();
            return;
        }

        writer.Write(kept.Time);
        Write(ref writer, kept.Origin);
        var scratch = Scratch();
        StateCodec<T>.Write(ref kept.Value, scratch);
        writer.Write(scratch.WrittenSpan);
    }

    private static void Write(ref MessagePackWriter writer, RecordOrigin origin)
    {
        writer.Write(origin.Split);
        writer.Write(origin.Offset);
    }

    private static KeptEvent<T> ReadEvent(ref MessagePackReader reader)
    {
        if (reader.TryReadNil()) return default;
        return new() { Exists = true, Time = reader.ReadInt64(), Origin = ReadOrigin(ref reader), Value = StateCodec<T>.Read(ReadBytes(ref reader)) };
    }

    private static RecordOrigin ReadOrigin(ref MessagePackReader reader)
    {
        var (split, offset) = (reader.ReadInt32(), reader.ReadInt64());
        return split < 0 ? default : new RecordOrigin(split, offset);
    }

    private static byte[]? ReadBytes(ref MessagePackReader reader) => reader.ReadBytes()?.ToArray();

    private static ArrayBufferWriter<byte> Scratch()
    {
        var scratch = t_scratch ??= new ArrayBufferWriter<byte>();
        scratch.ResetWrittenCount();
        return scratch;
    }
}
