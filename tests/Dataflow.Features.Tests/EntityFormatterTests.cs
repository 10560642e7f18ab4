using System.Buffers;
using CsCheck;
using Dataflow.Features.Panes;
using Dataflow.State;

namespace Dataflow.Features.Tests;

/// <summary>What a checkpoint writes of an entity is what a restart reads.</summary>
public class EntityFormatterTests
{
    [Fact]
    public void Entities_of_structs_come_back()
        => Check(Gen.Select(Gen.Long, Gen.Double, (number, amount) => new Payment(number, amount)));

    [Fact]
    public void Entities_of_classes_come_back()
        => Check(Gen.Select(Gen.String, Gen.Long, Gen.Int, (entity, time, value) => new Ping(entity, time, value)));

    private static void Check<T>(Gen<T> values)
        => Gen.Select(Events(values).Array[0, 20], Events(values), Gen.Bool, Gen.Long, Origins).Sample(
            (recent, latest, hasLatest, trimmedTo, position) =>
            {
                var panes = default(PaneTable);
                if (recent.Length > 0) panes.FindOrAdd(new PaneShape(Levels: 2, Bytes: 16, Objects: 0), level: 1, start: trimmedTo, out _);
                var entity = new Entity<T>
                {
                    Panes = panes, Recent = [.. recent, default], RecentCount = recent.Length, Latest = hasLatest ? latest : default,
                    TrimmedTo = trimmedTo,
                    Position = position,
                };

                var written = new ArrayBufferWriter<byte>();
                StateCodec<Entity<T>>.Write(ref entity, written);
                var read = StateCodec<Entity<T>>.Read(written.WrittenMemory);

                Assert.Equal(panes.Bytes is null, read.Panes.Bytes is null);
                Assert.Equal(panes.Used, read.Panes.Used);
                Assert.Equal(recent.Select(Fields), read.Recent.AsSpan(0, read.RecentCount).ToArray().Select(Fields));
                Assert.Equal(Fields(entity.Latest), Fields(read.Latest));
                Assert.Equal((trimmedTo, position), (read.TrimmedTo, read.Position));
            });

    private static Gen<RecordOrigin> Origins
        => Gen.Select(
            Gen.Int[-1, 1000], Gen.Long[0, (1L << 48) - 1], (split, offset) => split < 0 ? default : new RecordOrigin(split, offset));

    private static Gen<KeptEvent<T>> Events<T>(Gen<T> values)
        => Gen.Select(
            Gen.Long, Origins, values,
            (time, origin, value) => new KeptEvent<T> { Exists = true, Time = time, Origin = origin, Value = value });

    private static (bool Exists, long Time, RecordOrigin Origin, T Value) Fields<T>(KeptEvent<T> kept)
        => (kept.Exists, kept.Time, kept.Origin, kept.Value);

    public readonly record struct Payment(long Number, double Amount);
}
