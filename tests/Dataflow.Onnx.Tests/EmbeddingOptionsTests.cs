namespace Dataflow.Onnx.Tests;

public class EmbeddingOptionsTests
{
    [Fact]
    public void Refuses_a_limit_that_leaves_no_room_for_CLS_and_SEP() =>
        Assert.Throws<ArgumentOutOfRangeException>("MaxTokens", () => new EmbeddingOptions { MaxTokens = 1 });

    [Fact]
    public void Refuses_an_unknown_pooling() =>
        Assert.Throws<ArgumentOutOfRangeException>("Pooling", () => new EmbeddingOptions { Pooling = (Pooling)7 });

    [Theory]
    [InlineData("")]
    [InlineData("afdb6f1a")]
    [InlineData("xfdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1")]
    public void Refuses_what_is_no_hash(string hash) =>
        Assert.Throws<ArgumentException>("ExpectedSha256", () => new EmbeddingOptions { ExpectedSha256 = hash });
}
