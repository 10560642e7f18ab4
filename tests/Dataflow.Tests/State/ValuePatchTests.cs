using System.Buffers;
using CsCheck;
using Dataflow.Codecs;
using Dataflow.State;

namespace Dataflow.Tests.State;

public class ValuePatchTests
{
    [Fact]
    public void A_patch_makes_of_the_bytes_before_what_was_written_and_kept()
        => Gen.Select(Gen.Byte.Array[0, 40], Gen.Select(Gen.Byte.Array[0, 5], Gen.Int[0, 40], Gen.Int[0, 40]).Array[0, 6]).Sample(
            static (before, parts) =>
            {
                var (patch, expected) = (new PatchWriter(), new List<byte>());
                foreach (var (added, from, count) in parts)
                {
                    patch.Write(added);
                    expected.AddRange(added);
                    var start = Math.Min(from, before.Length);
                    patch.Keep(start, Math.Min(count, before.Length - start));
                    expected.AddRange(before[start..Math.Min(start + count, before.Length)]);
                }

                Assert.Equal(expected, Applied(before, patch.Complete()));
            });

    [Fact]
    public void The_bytes_of_a_patch_stay_as_they_are()
    {
        var patch = new PatchWriter();
        patch.Write((ReadOnlySpan<byte>)[1, 2]);
        patch.Keep(3, 4);
        patch.Write((ReadOnlySpan<byte>)[5]);

        Assert.Equal("010205" + "02000000" + "03000000" + "04000000" + "01000000", Convert.ToHexString(patch.Complete()));
    }

    [Fact]
    public void A_patch_of_other_bytes_is_refused_and_one_with_damage()
    {
        var patch = new PatchWriter();
        patch.Write((ReadOnlySpan<byte>)[1, 2]);
        patch.Keep(5, 10);
        var complete = patch.Complete().ToArray();

        Assert.Equal(12, Applied(new byte[15], complete).Length);
        Assert.Throws<InvalidDataException>(() => Applied(new byte[14], complete));
        Assert.Throws<InvalidDataException>(() => Applied(new byte[4], complete));
        Assert.Throws<InvalidDataException>(() => Applied(new byte[15], complete.AsSpan(1..^4)));
        Assert.Throws<InvalidDataException>(() => Applied(new byte[15], complete.AsSpan(^4..)));
        Assert.Throws<InvalidDataException>(() => Applied(new byte[15], []));
    }

    private static byte[] Applied(ReadOnlySpan<byte> before, ReadOnlySpan<byte> patch)
    {
        var value = new ArrayBufferWriter<byte>();
        ValuePatch.Apply(before, patch, value);
        return value.WrittenSpan.ToArray();
    }
}
