using System.Globalization;
using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Cuts texts into words as byte-level tokenizers do, by GPT-2's expression
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.</summary>
/// <remarks>By code points; <see cref="System.Text.RegularExpressions"/> works on UTF-16 units and recognises no letter beyond
/// U+FFFF.</remarks>
internal static class ByteLevelWords
{
    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
    }

    /// <summary>Returns the length of the first word of a text that is not empty.</summary>
    public static int LengthOfFirst(ReadOnlySpan<char> text)
    {
        if (ContractionOf(text) is > 0 and var contraction) return contraction;
        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = KindOf(text[start..], out _);
        if (kind != Kind.Space) return start + LengthOf(kind, text[start..]);
        var spaces = LengthOf(Kind.Space, text);
        return spaces == text.Length || spaces == 1 ? spaces : spaces - 1; // the last one goes to the word behind
    }

    private static int ContractionOf(ReadOnlySpan<char> text) => text switch
    {
        ['\'', 's' or 't' or 'm' or 'd', ..] => 2,
        ['\'', 'r' or 'v', 'e', ..] or ['\'', 'l', 'l', ..] => 3,
        _ => 0,
    };

    private static int LengthOf(Kind kind, ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && KindOf(text[length..], out var units) == kind) length += units;
        return length;
    }

    private static Kind KindOf(ReadOnlySpan<char> text, out int units)
    {
        Rune.DecodeFromUtf16(text, out var rune, out units);
        if (Rune.IsWhiteSpace(rune)) return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
