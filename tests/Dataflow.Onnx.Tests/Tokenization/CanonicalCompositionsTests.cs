using CsCheck;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx.Tests.Tokenization;

public class CanonicalCompositionsTests
{
    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("é", "é")]
    [InlineData("\u212B", "Å")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("a\u0301\u0301", "á\u0301")]
    [InlineData("\u1100\u1161\u11A8", "각")]
    [InlineData("\u1100\u1161\u11A7", "가\u11A7")]
    [InlineData("각\u11A8", "각\u11A8")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u0301", "\u0301")]
    [InlineData("\uF900", "豈")]
    [InlineData("ﬁ", "ﬁ")]
    [InlineData("", "")]
    public void Composes_as_the_standard_says(string text, string expected)
        => Assert.Equal(expected, CanonicalCompositions.Compose(text).ToString());

    [Fact]
    public void A_composed_text_stays_as_it_is()
        => Gen.Int[0x20, 0x3100].Select(char.ConvertFromUtf32).Array[0, 20].Select(string.Concat).Sample(text =>
        {
            var once = CanonicalCompositions.Compose(text).ToString();
            Assert.Equal(once, CanonicalCompositions.Compose(once).ToString());
        });
}
