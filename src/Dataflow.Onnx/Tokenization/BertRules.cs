using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>How a BERT tokenizer sees one code point.</summary>
/// <param name="LowerCases">Whether letters become small ones.</param>
/// <param name="StripsAccents">Whether characters are decomposed and their accents dropped.</param>
/// <param name="SeparatesIdeographs">Whether each ideograph is a word.</param>
internal sealed record BertRules(bool LowerCases, bool StripsAccents, bool SeparatesIdeographs)
{
    /// <summary>Whether the code point is an ideograph that is a word. Kana and Hangul are not.</summary>
    /// <remarks>The gap 2B820–2B91F is the reference's: its tokens are what the models were trained on.</remarks>
    public bool IsIdeograph(Rune rune) => SeparatesIdeographs && rune.Value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>
    /// Writes the code point decomposed, without its accents (non-spacing marks) and in lower case, as far as the rules say
    /// so; returns how many code points that are: none for an accent alone.
    /// </summary>
    /// <param name="rune">The code point as written.</param>
    /// <param name="into">At least <see cref="CanonicalDecompositions.MaxLength"/> long.</param>
    public int Fold(Rune rune, Span<Rune> into)
    {
        if (!StripsAccents) return Lower(rune, into);
        var length = CanonicalDecompositions.Decompose(rune, into);
        var kept = 0;
        foreach (var part in into[..length])
        {
            if (ReferenceCharacters.KindOf(part) == ReferenceKind.Mark) continue;
            kept += Lower(part, into[kept..]);
        }

        return kept;
    }

    /// <remarks>The capital I with a dot is the only code point whose small form is two; decomposed it is none.</remarks>
    private int Lower(Rune rune, Span<Rune> into)
    {
        if (LowerCases) return ReferenceCharacters.Lower(rune, into);
        into[0] = rune;
        return 1;
    }
}
