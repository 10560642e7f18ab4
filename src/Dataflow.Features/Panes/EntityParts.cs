using System.Buffers;
using System.Runtime.CompilerServices;
using Dataflow.Codecs;
using MessagePack;

namespace Dataflow.Features.Panes;

/// <summary>Writes what has changed of an entity: all but the older panes that are as they were.</summary>
/// <param name="shape">The shape of the panes.</param>
internal sealed class EntityParts<T>(PaneShape shape) : ChangedParts<Entity<T>>
{
    private const int MinKept = 2; // a part of the panes: where less of them is kept, the whole entity costs no more

    public override bool TryWrite(ref Entity<T> value, PatchWriter patch)
    {
        if (value.Panes.Bytes is not { } bytes || value.Overflowed is not null) return false;
        var written = new WrittenPanes(bytes);
        if (written.HeadBytes == 0 || KeptBytes(written) * MinKept < value.Panes.Used.Length) return false;
        var writer = new MessagePackWriter(patch);
        EntityFormatter<T>.WriteHead(ref writer, in value);
        writer.Flush();
        WritePanes(in value.Panes, written, patch);
        writer = new MessagePackWriter(patch);
        EntityFormatter<T>.WriteRest(ref writer, ref value);
        writer.WriteNil(); // no overflows
        writer.Flush();
        return true;
    }

    public override void Written(ref Entity<T> value)
    {
        if (shape.Objects > 0 || value.Panes.Bytes is not { } bytes) return;
        var written = new WrittenPanes(bytes);
        written.HeadBytes = (ushort)EntityFormatter<T>.HeadBytes(in value);
        for (var level = 0; level < shape.Levels; level++) written.Write(level, value.Panes.OlderOf(level));
    }

    public override void Prefetch(ref readonly Entity<T> value)
    {
        Memory.Prefetch(value.Panes.Bytes, 0, shape.OffsetOf(shape.Levels));
        Memory.Prefetch(value.Recent, 0, value.RecentCount * Unsafe.SizeOf<KeptEvent<T>>());
    }

    private int KeptBytes(WrittenPanes written)
    {
        var kept = 0;
        for (var level = 0; level < shape.Levels; level++) kept += written.KeptOf(level).Count;
        return kept * shape.Bytes;
    }

    private void WritePanes(in PaneTable panes, WrittenPanes written, PatchWriter patch)
    {
        var bytes = panes.Bytes.AsSpan(0, WrittenPanes.Bytes + panes.Used.Length);
        var (next, now, then) = (WrittenPanes.Bytes, shape.Levels, shape.Levels); // a place in the bytes; numbers of panes
        for (var level = 0; level < shape.Levels; level++)
        {
            var (first, count) = written.KeptOf(level);
            patch.Write(bytes[next..shape.OffsetOf(now)]);
            patch.Keep(written.HeadBytes + shape.OffsetOf(then + first) - WrittenPanes.Bytes, count * shape.Bytes);
            next = shape.OffsetOf(now + count);
            now += panes.OlderOf(level);
            then += written.CountOf(level);
        }

        patch.Write(bytes[next..]);
    }
}
