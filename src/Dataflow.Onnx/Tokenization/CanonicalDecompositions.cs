using System.Collections.Frozen;
using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Unicode's canonical decomposition (NFD) of one code point.</summary>
/// <remarks>A table of our own, because <see cref="string.Normalize()"/> does nothing in a program with <c>InvariantGlobalization</c>, and
/// otherwise asks the machine's ICU: a token must not depend on either.</remarks>
internal static class CanonicalDecompositions
{
    /// <summary>The largest number of code points that one code point becomes.</summary>
    public const int MaxLength = 4;

    private const int FirstSyllable = 0xAC00, LastSyllable = 0xD7A3;
    private const int FirstLead = 0x1100, FirstVowel = 0x1161, BeforeFirstTail = 0x11A7;
    private const int Vowels = 21, Tails = 28;

    private static readonly FrozenDictionary<int, Rune[]> s_table = EmbeddedTable.Rows("canonical-decompositions").ToFrozenDictionary(
        row => EmbeddedTable.Hex(row[0]), row => Array.ConvertAll(row[1..], digits => new Rune(EmbeddedTable.Hex(digits))));

    /// <summary>Writes a code point's decomposition, or itself if it has none; returns the length.</summary>
    public static int Decompose(Rune rune, Span<Rune> into)
    {
        if (rune.Value is >= FirstSyllable and <= LastSyllable) return DecomposeSyllable(rune.Value, into);
        if (s_table.TryGetValue(rune.Value, out var parts))
        {
            parts.CopyTo(into);
            return parts.Length;
        }
        into[0] = rune;
        return 1;
    }

    /// <summary>Decomposes Hangul by arithmetic: the Unicode Standard, section 3.12.</summary>
    private static int DecomposeSyllable(int syllable, Span<Rune> into)
    {
        var (block, tail) = Math.DivRem(syllable - FirstSyllable, Tails);
        var (lead, vowel) = Math.DivRem(block, Vowels);
        into[0] = new Rune(FirstLead + lead);
        into[1] = new Rune(FirstVowel + vowel);
        if (tail == 0) return 2;
        into[2] = new Rune(BeforeFirstTail + tail);
        return 3;
    }
}
