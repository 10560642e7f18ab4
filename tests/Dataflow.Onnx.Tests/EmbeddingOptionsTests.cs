namespace Dataflow.Onnx.Tests;

public class EmbeddingOptionsTests
{
    [Fact]
    public void Refuses_a_limit_that_leaves_no_room_for_CLS_and_SEP() =>
        Assert.Equal("MaxTokens", Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingOptions { MaxTokens = 1 }).ParamName);

    [Fact]
    public void Refuses_an_unknown_pooling() =>
        Assert.Equal("Pooling", Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingOptions { Pooling = (Pooling)7 }).ParamName);

    [Theory]
    [InlineData("")]
    [InlineData("afdb6f1a")]
    [InlineData("xfdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1")]
    public void Refuses_what_is_no_hash(string hash) =>
        Assert.Equal("ExpectedSha256", Assert.Throws<ArgumentException>(() => new EmbeddingOptions { ExpectedSha256 = hash }).ParamName);
}
