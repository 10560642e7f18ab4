using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>What a UTF-16 unit is to the tokenizer.</summary>
internal enum CharacterKind : byte
{
    /// <summary>Part of a word, as the single character that the table gives.</summary>
    Letter,

    /// <summary>Ends a word.</summary>
    Space,

    /// <summary>A word of its own, as the single character that the table gives.</summary>
    Alone,

    /// <summary>Vanishes without ending a word.</summary>
    Dropped,

    /// <summary>Half of a pair, or becomes several characters: <see cref="UncasedRules"/> are asked.</summary>
    Rare,
}

/// <summary>The answers of <see cref="UncasedRules"/> for every UTF-16 unit: a character costs two look-ups.</summary>
internal static class CharacterTable
{
    private static readonly CharacterKind[] s_kinds = new CharacterKind[char.MaxValue + 1];
    private static readonly char[] s_folded = new char[char.MaxValue + 1];

    static CharacterTable()
    {
        for (var unit = 0; unit <= char.MaxValue; unit++)
            s_kinds[unit] = Classify((char)unit, ref s_folded[unit]);
    }

    public static ReadOnlySpan<CharacterKind> Kinds => s_kinds;

    public static ReadOnlySpan<char> Folded => s_folded;

    private static CharacterKind Classify(char unit, ref char folded)
    {
        if (char.IsSurrogate(unit)) return CharacterKind.Rare;
        var rune = new Rune(unit);
        if (UncasedRules.IsDropped(rune)) return CharacterKind.Dropped;
        if (Rune.IsWhiteSpace(rune)) return CharacterKind.Space;

        Span<Rune> parts = stackalloc Rune[CanonicalDecompositions.MaxLength];
        var length = UncasedRules.Fold(rune, parts);
        if (length == 0) return CharacterKind.Dropped;
        if (length > 1 || !parts[0].IsBmp) return CharacterKind.Rare;
        folded = (char)parts[0].Value;
        var isAlone = UncasedRules.IsIdeograph(rune) || UncasedRules.IsPunctuation(parts[0]);
        return isAlone ? CharacterKind.Alone : CharacterKind.Letter;
    }
}
