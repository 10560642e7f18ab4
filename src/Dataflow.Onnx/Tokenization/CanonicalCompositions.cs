using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Unicode's canonical composition (NFC) of texts, from tables of this project for the reason that
/// <see cref="CanonicalDecompositions"/> gives.</summary>
/// <remarks>The algorithm is the Unicode Standard's, section 3.11: decompose, put marks in order, compose.</remarks>
internal static class CanonicalCompositions
{
    private const int FirstLead = 0x1100, Leads = 19, FirstVowel = 0x1161, Vowels = 21, BeforeFirstTail = 0x11A7, Tails = 28;
    private const int FirstSyllable = 0xAC00, Syllables = Leads * Vowels * Tails;

    private static readonly FrozenDictionary<(int, int), int> s_pairs = EmbeddedTable.Rows("canonical-compositions")
        .ToFrozenDictionary(row => (EmbeddedTable.Hex(row[0]), EmbeddedTable.Hex(row[1])), row => EmbeddedTable.Hex(row[2]));

    private static readonly FrozenDictionary<int, byte> s_classes = EmbeddedTable.Rows("combining-classes")
        .SelectMany(
            row => Enumerable.Range(EmbeddedTable.Hex(row[0]), EmbeddedTable.Hex(row[1]) - EmbeddedTable.Hex(row[0]) + 1)
            .Select(value => (value, row[2])))
        .ToFrozenDictionary(row => row.value, row => byte.Parse(row.Item2, CultureInfo.InvariantCulture));

    /// <summary>Returns the composed text; the text itself if it has nothing that could change.</summary>
    public static ReadOnlySpan<char> Compose(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyExceptInRange('\0', '\u02ff') < 0) return text;
        var runes = Decompose(text);
        Order(runes);
        Compose(runes);
        return string.Concat(runes);
    }

    private static List<Rune> Decompose(ReadOnlySpan<char> text)
    {
        var runes = new List<Rune>(text.Length);
        Span<Rune> parts = stackalloc Rune[CanonicalDecompositions.MaxLength];
        foreach (var rune in text.EnumerateRunes()) runes.AddRange(parts[..CanonicalDecompositions.Decompose(rune, parts)]);
        return runes;
    }

    /// <summary>Sorts consecutive marks by their classes; those of one class keep their order.</summary>
    private static void Order(List<Rune> runes)
    {
        for (var first = 0; first < runes.Count; first++)
        {
            var end = first;
            while (end < runes.Count && ClassOf(runes[end]) != 0) end++;
            if (end - first > 1)
                foreach (var (at, rune) in runes[first..end].OrderBy(ClassOf).Index()) runes[first + at] = rune;
            first = end;
        }
    }

    private static void Compose(List<Rune> runes)
    {
        var (kept, starter, last) = (0, -1, 0); // last: the class of the last kept mark
        foreach (var rune in runes.ToArray())
        {
            var own = ClassOf(rune);
            var isFree = starter >= 0 && (starter == kept - 1 || last < own);
            if (isFree && TryCompose(runes[starter], rune, out var composed))
            {
                runes[starter] = composed;
                continue;
            }

            if (own == 0) starter = kept;
            last = own;
            runes[kept++] = rune;
        }

        runes.RemoveRange(kept, runes.Count - kept);
    }

    private static bool TryCompose(Rune first, Rune second, out Rune composed)
    {
        var (lead, vowel, tail) = (first.Value - FirstLead, second.Value - FirstVowel, second.Value - BeforeFirstTail);
        var syllable = first.Value - FirstSyllable;
        var value = 0;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels) value = FirstSyllable + (lead * Vowels + vowel) * Tails;
        else if (syllable is >= 0 and < Syllables && syllable % Tails == 0 && tail is > 0 and < Tails) value = first.Value + tail;
        else s_pairs.TryGetValue((first.Value, second.Value), out value);
        composed = new Rune(value);
        return value != 0;
    }

    private static int ClassOf(Rune rune) => s_classes.GetValueOrDefault(rune.Value);
}
