using CsCheck;

namespace Dataflow.Log.Tests;

public class Crc32CTests
{
    [Fact]
    public void Gives_the_check_value_of_the_Castagnoli_polynomial()
        => Assert.Equal(0xe3069283, Crc32C.Compute("123456789"u8));

    [Fact]
    public void Agrees_with_the_definition_bit_by_bit()
        => Gen.Byte.Array[0, 5000].Sample(bytes => Crc32C.Compute(bytes) == BitByBit(bytes));

    [Fact]
    public void Goes_on_where_it_stopped()
        => Gen.Select(Gen.Byte.Array[0, 3000], Gen.Byte.Array[0, 3000]).Sample((first, second)
            => ~Crc32C.Continue(Crc32C.Continue(~0u, first), second) == Crc32C.Compute([.. first, .. second]));

    private static uint BitByBit(byte[] bytes)
    {
        var state = ~0u;
        foreach (var part in bytes)
        {
            state ^= part;
            for (var bit = 0; bit < 8; bit++) state = (state >> 1) ^ ((state & 1) * 0x82f63b78);
        }
        return ~state;
    }
}
