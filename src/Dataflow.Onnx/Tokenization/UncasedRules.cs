using System.Globalization;
using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>How BERT's uncased tokenizer sees one code point.</summary>
internal static class UncasedRules
{
    /// <summary>Whether the code point counts as not written: control, format and private-use.</summary>
    /// <remarks>Unassigned code points stay, as they do in the reference.</remarks>
    public static bool IsDropped(Rune rune) =>
        rune.Value is not ('\t' or '\n' or '\r')
        && (rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse);

    /// <summary>Whether the code point is an ideograph, each of which is a word. Kana and Hangul are not.</summary>
    /// <remarks>The gap 2B820–2B91F is the reference's: its tokens are what the models were trained on.</remarks>
    public static bool IsIdeograph(Rune rune) => rune.Value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>Whether the code point is a word of its own: Unicode's punctuation and every ASCII symbol.</summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        || Rune.IsPunctuation(rune);

    /// <summary>
    /// Writes the code point decomposed, without its accents (non-spacing marks) and in lower case; returns how many
    /// code points that are: none for an accent alone.
    /// </summary>
    /// <param name="rune">The code point as written.</param>
    /// <param name="into">At least <see cref="CanonicalDecompositions.MaxLength"/> long.</param>
    public static int Fold(Rune rune, Span<Rune> into)
    {
        var length = CanonicalDecompositions.Decompose(rune, into);
        var kept = 0;
        foreach (var part in into[..length])
        {
            if (Rune.GetUnicodeCategory(part) == UnicodeCategory.NonSpacingMark) continue;
            into[kept++] = Rune.ToLowerInvariant(part);
        }
        return kept;
    }
}
