using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Merges the bytes of a word to tokens, pair by pair: of all pairs that form a token the one of the lowest rank, of equal ones
/// the first.</summary>
internal sealed class BytePairMerges
{
    private const int None = -1;

    /// <summary>The number of characters for each wanted id that are tried first of a long word, as an estimate of the text that one id
    /// covers.</summary>
    private const int CharactersForAnId = 4;

    /// <summary>The ratio of a word to its tried beginning from which on trying pays: a beginning is merged several times to know which ids
    /// are certain, the whole word once.</summary>
    private const int WorthCutting = 8;

    // The character for each byte in a vocabulary: itself if it is visible, else a character behind them all.
    private static readonly char[] s_letters = MakeLetters();

    [ThreadStatic]
    private static PriorityQueue<(int At, int Merged), long>? t_next;

    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _pairs = [];
    private readonly int[] _bytes; // the ids
    private readonly string[] _tokens; // sorted
    private readonly int _longest;
    private readonly int _unknown = None;
    private readonly bool _fusesUnknown;

    /// <param name="vocabulary">The ids of tokens.</param>
    /// <param name="merges">The pairs of tokens that form a token, the lowest rank first.</param>
    /// <param name="unknown">The id of a byte that is not a token; null: it is dropped.</param>
    /// <param name="fusesUnknown">Whether several unknown bytes in a row become one id.</param>
    /// <exception cref="FormatException">The arguments do not fit together.</exception>
    public BytePairMerges(
        IReadOnlyDictionary<string, int> vocabulary, IEnumerable<(string Left, string Right)> merges, string? unknown, bool fusesUnknown)
    {
        if (vocabulary.Values.Distinct().Count() < vocabulary.Count) throw new FormatException("Two tokens have one id");
        foreach (var (rank, (left, right)) in merges.Index())
        {
            if (!_pairs.TryAdd((IdOf(left), IdOf(right)), (rank, IdOf(left + right))))
                throw new FormatException($"'{left}' and '{right}' are merged twice");
        }

        _bytes = Array.ConvertAll(s_letters, letter => vocabulary.GetValueOrDefault(letter.ToString(), None));
        _tokens = [.. vocabulary.Keys.Order(StringComparer.Ordinal)];
        _longest = _tokens.Max(token => token.Length);
        if (unknown is not null) _unknown = IdOf(unknown);
        _fusesUnknown = fusesUnknown;

        int IdOf(string token) => vocabulary.TryGetValue(token, out var id) ? id : throw new FormatException($"'{token}' is no token");
    }

    /// <summary>Returns the ids of a word, or at least as many of the first ones as are wanted.</summary>
    /// <remarks>A long word is looked at only as far as the wanted ids need: see <see cref="FirstIdsOf"/>.</remarks>
    public int[] IdsOf(ReadOnlySpan<char> word, int wanted)
    {
        for (var length = (long)wanted * CharactersForAnId; length * WorthCutting < word.Length; length *= 4)
        {
            var end = (int)length;
            if (char.IsHighSurrogate(word[end - 1])) end++;
            var ids = FirstIdsOf(word[..end]);
            if (ids.Length >= wanted) return ids;
        }

        return Merge(SymbolsOf(word, out _));
    }

    /// <summary>Returns the ids with which a word begins, whatever follows.</summary>
    /// <remarks>No merge goes over the end of a token of the result. So where one ends, the text before it is merged as if it were the
    /// whole. The last token that ends in the known part ends at its end, or where the rest of the part begins a longer token; the ids are
    /// those on which all of these places agree.</remarks>
    private int[] FirstIdsOf(ReadOnlySpan<char> beginning)
    {
        var symbols = SymbolsOf(beginning, out var letters);
        ReadOnlySpan<int> common = Merge(symbols);
        for (var end = symbols.Length - 1; end >= 0 && symbols.Length - end < _longest; end--)
            if (BeginsToken(letters[end..])) common = common[..common.CommonPrefixLength(Merge(symbols[..end]))];
        return common.ToArray();
    }

    private bool BeginsToken(string letters)
    {
        var at = Array.BinarySearch(_tokens, letters, StringComparer.Ordinal);
        at = at < 0 ? ~at : at + 1; // the next one
        return at < _tokens.Length && _tokens[at].StartsWith(letters, StringComparison.Ordinal);
    }

    /// <summary>Returns the ids of the bytes of a word, and the characters for them in the vocabulary.</summary>
    private Span<int> SymbolsOf(ReadOnlySpan<char> word, out string letters)
    {
        // Half a surrogate pair is no character in UTF-8; readers of the text as UTF-8 have U+FFFD in its place.
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var symbols = new int[bytes.Length];
        Span<char> found = new char[bytes.Length];
        var count = 0;
        foreach (var value in bytes)
        {
            var id = _bytes[value];
            if (id == None && (_unknown == None || (_fusesUnknown && count > 0 && found[count - 1] == '\uffff'))) continue;
            symbols[count] = id == None ? _unknown : id;
            found[count++] = id == None ? '\uffff' : s_letters[value];
        }

        letters = found[..count].ToString();
        return symbols.AsSpan(0, count);
    }

    private int[] Merge(ReadOnlySpan<int> symbols)
    {
        var ids = symbols.ToArray(); // None: it is part of the one before
        Span<int> before = ids.Length <= 128 ? stackalloc int[ids.Length] : new int[ids.Length];
        Span<int> behind = ids.Length <= 128 ? stackalloc int[ids.Length] : new int[ids.Length];
        var next = t_next ??= new PriorityQueue<(int At, int Merged), long>();
        for (var at = 0; at < ids.Length; at++)
        {
            (before[at], behind[at]) = (at - 1, at + 1);
            Plan(next, ids, at, at + 1);
        }

        var count = ids.Length;
        while (next.TryDequeue(out var merge, out _))
        {
            var (at, merged) = merge;
            if (ids[at] == None || behind[at] == ids.Length) continue;
            var gone = behind[at];
            if (!_pairs.TryGetValue((ids[at], ids[gone]), out var pair) || pair.Merged != merged) continue; // others were merged meanwhile
            (ids[at], ids[gone], behind[at]) = (merged, None, behind[gone]);
            count--;
            if (behind[at] < ids.Length) before[behind[at]] = at;
            if (before[at] >= 0) Plan(next, ids, before[at], at);
            Plan(next, ids, at, behind[at]);
        }

        return count == ids.Length ? ids : Array.FindAll(ids, static id => id != None);
    }

    private void Plan(PriorityQueue<(int At, int Merged), long> next, int[] ids, int left, int right)
    {
        if (right < ids.Length && _pairs.TryGetValue((ids[left], ids[right]), out var pair))
            next.Enqueue((left, pair.Merged), ((long)pair.Rank << 32) | (uint)left);
    }

    private static char[] MakeLetters()
    {
        var letters = new char[256];
        var hidden = (char)256;
        for (var value = 0; value < letters.Length; value++)
        {
            var isSeen = value is (>= '!' and <= '~') or (>= '\u00a1' and <= '\u00ac') or (>= '\u00ae' and <= '\u00ff');
            letters[value] = isSeen ? (char)value : hidden++;
        }

        return letters;
    }
}
