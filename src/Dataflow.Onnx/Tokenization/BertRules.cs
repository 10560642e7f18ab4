using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>The rules of a BERT tokenizer for one code point.</summary>
/// <param name="LowerCases">Whether letters are lower-cased.</param>
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

    /// <summary>Writes the code point decomposed, without its accents (non-spacing marks) and in lower case, as far as the rules say so;
    /// returns the number of code points: 0 for an accent alone.</summary>
    /// <param name="rune">The code point as written.</param>
    /// <param name="into">A buffer of at least <see cref="CanonicalDecompositions.MaxLength"/> code points.</param>
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

    /// <remarks>The capital I with a dot is the only code point whose lower case is two code points; decomposed, it does not
    /// occur.</remarks>
    private int Lower(Rune rune, Span<Rune> into)
    {
        if (LowerCases) return ReferenceCharacters.Lower(rune, into);
        into[0] = rune;
        return 1;
    }
}
