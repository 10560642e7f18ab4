using CsCheck;

namespace Dataflow.Log.Tests;

public class VarintTests
{
    [Fact]
    public void Reads_back_what_it_wrote_in_as_many_bytes_as_it_said()
        => Gen.OneOf(Gen.Long, Gen.Const(long.MinValue), Gen.Const(long.MaxValue), Gen.Long[-300, 300]).Sample(value =>
        {
            var bytes = new byte[Varint.MaxBytes64];
            var written = Varint.Write(ref bytes[0], Varint.ZigZag(value));
            var position = 0;
            return Varint.TryRead(bytes, ref position, out long read) && read == value
                && position == written && written == Varint.Size(Varint.ZigZag(value));
        });

    [Fact]
    public void Keeps_every_int()
        => Gen.OneOf(Gen.Int, Gen.Const(int.MinValue), Gen.Const(int.MaxValue), Gen.Int[-300, 300]).Sample(value =>
        {
            var bytes = new byte[Varint.MaxBytes32];
            var written = Varint.Write(ref bytes[0], Varint.ZigZag(value));
            var position = 0;
            return Varint.TryRead(bytes, ref position, out int read) && read == value
                && position == written && written == Varint.Size(Varint.ZigZag(value));
        });

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("8080808080")]
    [InlineData("ffffffff7f")]
    [InlineData("808080808001")]
    public void Refuses_bytes_that_end_early_or_hold_more_than_an_int(string hex)
    {
        var position = 0;
        Assert.False(Varint.TryRead(Convert.FromHexString(hex), ref position, out int _));
    }
}
