using CsCheck;
using System.Text;

namespace Dataflow.Dashboard.Tests;

public sealed class ValueTextTests
{
    [Fact]
    public void UTF8_is_shown_as_it_is() => Assert.Equal("grün", ValueText.Of(Encoding.UTF8.GetBytes("grün")));

    [Fact]
    public void MessagePack_is_shown_as_JSON()
        => Assert.Equal("""[1,"a",null]""", ValueText.Of(new byte[] { 0x93, 1, 0xa1, (byte)'a', 0xc0 }));

    [Fact]
    public void Other_bytes_are_shown_in_hexadecimal()
        => Assert.Equal("0x00000000000000ff", ValueText.Of(new byte[] { 0, 0, 0, 0, 0, 0, 0, 255 }));

    [Fact]
    public void Long_values_are_cut_off() => Assert.Equal(2001, ValueText.Of(Encoding.UTF8.GetBytes(new string('x', 5000))).Length);

    [Fact]
    public void No_bytes_are_refused() => Gen.Byte.Array[0, 200].Sample(bytes => ValueText.Of(bytes).Length <= 2001);

    [Fact]
    public void A_value_of_many_levels_is_shown_otherwise()
        => Assert.StartsWith("0x91", ValueText.Of(Enumerable.Repeat((byte)0x91, 60_000).ToArray()), StringComparison.Ordinal);
}
