using System.Buffers;
using CsCheck;
using Dataflow.Codecs;
using Dataflow.Features.Panes;
using Dataflow.State;

namespace Dataflow.Features.Tests;

/// <summary>What a checkpoint writes of an entity that has changed makes of what was written before what the whole entity is.</summary>
public class EntityPartsTests
{
    private static readonly PaneShape s_shape = new(Levels: 3, Bytes: 16, Objects: 0);
    private static readonly EntityParts<long> s_parts = new(s_shape);

    /// <summary>0 to 5 change a pane, 6 takes a pane back that was added, 7 and 8 remove older ones, 9 adds an event, 10 removes all of
    /// these, 11 and 12 write.</summary>
    private static readonly Gen<(int What, int Level, int Time)> s_operations
        = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 2], Gen.Int[0, 30]);

    [Fact]
    public void Patches_make_what_the_whole_entity_is_whatever_has_happened_between()
        => s_operations.Array[0, 150].Sample(
            static operations =>
            {
                var (entity, written, now) = (new Entity<long>(), Array.Empty<byte>(), 0L);
                foreach (var (what, level, time) in operations)
                {
                    if (what > 10) Write(ref entity, ref written, out _);
                    else Do(ref entity, what, level, now += what < 4 ? time : -time / 4, time);
                }

                Write(ref entity, ref written, out _);
            },
            iter: 2000);

    [Fact]
    public void An_entity_with_many_panes_takes_little_where_an_event_has_come()
    {
        var (entity, written) = (new Entity<long>(), Array.Empty<byte>());
        for (var pane = 0; pane < 300; pane++) Do(ref entity, what: 0, level: pane % 3, time: pane, number: pane);
        Write(ref entity, ref written, out var first);
        Do(ref entity, what: 0, level: 1, time: 299, number: 5);
        Do(ref entity, what: 0, level: 0, time: 400, number: 5);
        Write(ref entity, ref written, out var second);

        Assert.InRange(first, 4800, 5000);
        Assert.InRange(second, 100, 250);
    }

    /// <summary>Writes an entity as a checkpoint does, and checks what images then have.</summary>
    private static void Write(ref Entity<long> entity, ref byte[] written, out int bytes)
    {
        var (whole, patch, patched) = (new ArrayBufferWriter<byte>(), new PatchWriter(), new ArrayBufferWriter<byte>());
        StateCodec<Entity<long>>.Write(ref entity, whole);
        bytes = whole.WrittenCount;
        if (s_parts.TryWrite(ref entity, patch))
        {
            var complete = patch.Complete();
            bytes = complete.Length;
            ValuePatch.Apply(written, complete, patched);
            Assert.Equal(whole.WrittenSpan.ToArray(), patched.WrittenSpan.ToArray());
        }

        s_parts.Written(ref entity);
        written = whole.WrittenSpan.ToArray();
    }

    private static void Do(ref Entity<long> entity, int what, int level, long time, int number)
    {
        entity.TrimmedTo = number % 3 == 0 ? time * 1000 : entity.TrimmedTo;
        entity.Position = new RecordOrigin(1, number * number * 100);
        if (what <= 6)
        {
            var pane = entity.Panes.FindOrAdd(s_shape, level, time, out var isNew);
            if (what == 6 && isNew) entity.Panes.TakeBack(s_shape, level, pane);
            else entity.Panes.Bytes![s_shape.OffsetOf(pane) + 8] += (byte)(number + 1);
        }
        else if (what <= 8)
        {
            entity.Panes.RemoveBefore(s_shape, level, time - number);
        }
        else if (what == 9)
        {
            entity.Recent = [.. entity.Recent ?? [], new() { Exists = true, Time = time, Value = number }];
            entity.RecentCount++;
        }
        else
        {
            (entity.Recent, entity.RecentCount) = (null, 0);
        }
    }
}
