using System.Collections.Concurrent;
using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>The meaning of a UTF-16 unit to the tokenizer.</summary>
internal enum CharacterKind : byte
{
    /// <summary>Part of a word, as the single character in the table.</summary>
    Letter,

    /// <summary>Ends a word.</summary>
    Space,

    /// <summary>A word of its own, as the single character in the table.</summary>
    Alone,

    /// <summary>Dropped, without ending a word.</summary>
    Dropped,

    /// <summary>Half of a pair, or a unit that becomes several characters: the rules are applied.</summary>
    Rare,
}

/// <summary>The results of the rules for every UTF-16 unit: a character costs two lookups.</summary>
internal sealed class CharacterTable
{
    private static readonly ConcurrentDictionary<BertRules, CharacterTable> s_tables = new();

    private readonly CharacterKind[] _kinds = new CharacterKind[char.MaxValue + 1];
    private readonly char[] _folded = new char[char.MaxValue + 1];

    private CharacterTable(BertRules rules)
    {
        Rules = rules;
        for (var unit = 0; unit <= char.MaxValue; unit++)
            _kinds[unit] = Classify((char)unit, ref _folded[unit]);
    }

    public BertRules Rules { get; }

    public ReadOnlySpan<CharacterKind> Kinds => _kinds;

    public ReadOnlySpan<char> Folded => _folded;

    /// <summary>Returns the table of some rules, filled once per process.</summary>
    public static CharacterTable Of(BertRules rules) => s_tables.GetOrAdd(rules, static rules => new CharacterTable(rules));

    private CharacterKind Classify(char unit, ref char folded)
    {
        if (char.IsSurrogate(unit)) return CharacterKind.Rare;
        var rune = new Rune(unit);
        if (ReferenceCharacters.KindOf(rune) == ReferenceKind.Dropped) return CharacterKind.Dropped;
        if (ReferenceCharacters.KindOf(rune) == ReferenceKind.Space) return CharacterKind.Space;

        Span<Rune> parts = stackalloc Rune[CanonicalDecompositions.MaxLength];
        var length = Rules.Fold(rune, parts);
        if (length == 0) return CharacterKind.Dropped;
        if (length > 1 || !parts[0].IsBmp) return CharacterKind.Rare;
        folded = (char)parts[0].Value;
        var isAlone = Rules.IsIdeograph(rune) || ReferenceCharacters.KindOf(parts[0]) == ReferenceKind.Punctuation;
        return isAlone ? CharacterKind.Alone : CharacterKind.Letter;
    }
}
