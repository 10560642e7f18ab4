using System.Text;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx.Tests.Tokenization;

public class CanonicalDecompositionsTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("é", "e\u0301")]
    [InlineData("\u212B", "A\u030A")]
    [InlineData("\u1F82", "\u03B1\u0313\u0300\u0345")]
    [InlineData("가", "\u1100\u1161")]
    [InlineData("각", "\u1100\u1161\u11A8")]
    [InlineData("힣", "\u1112\u1175\u11C2")]
    [InlineData("\uF900", "豈")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("ﬁ", "ﬁ")]
    public void Decomposes_as_the_standard_says(string text, string expected) =>
        Assert.Equal(expected, Decompose(text.EnumerateRunes().Single()));

    [Fact]
    public void Leaves_nothing_to_decompose_in_any_decomposition()
    {
        var runes = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value));

        var parts = runes.SelectMany(rune => Decompose(rune).EnumerateRunes()).Distinct();

        Assert.All(parts, part => Assert.Equal(part.ToString(), Decompose(part)));
    }

    private static string Decompose(Rune rune)
    {
        var into = new Rune[CanonicalDecompositions.MaxLength];
        return string.Concat(into[..CanonicalDecompositions.Decompose(rune, into)]);
    }
}
