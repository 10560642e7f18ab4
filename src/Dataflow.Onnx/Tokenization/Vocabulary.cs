using System.Buffers;

namespace Dataflow.Onnx.Tokenization;

/// <summary>The pieces that words are made of, and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly Pieces _starts;
    private readonly Pieces _continuations;
    private readonly KeyValuePair<string, int>[] _specials;
    private readonly SearchValues<char> _firstOfSpecials;

    /// <summary>Takes pieces that were read.</summary>
    /// <param name="starts">Those that begin a word.</param>
    /// <param name="continuations">Those that go on with one, without their prefix.</param>
    /// <param name="specials">The tokens that are never split when a text has them.</param>
    public Vocabulary(
        Dictionary<string, int> starts, Dictionary<string, int> continuations, IReadOnlyDictionary<string, int> specials)
    {
        _starts = new Pieces(starts);
        _continuations = new Pieces(continuations);
        _specials = [.. specials.OrderByDescending(special => special.Key.Length)];
        _firstOfSpecials = SearchValues.Create([.. specials.Keys.Select(special => special[0])]);
    }

    /// <summary>The id of [CLS], which begins every text.</summary>
    public required int First { get; init; }

    /// <summary>The id of [SEP], which ends every text.</summary>
    public required int Last { get; init; }

    /// <summary>The id of [UNK], which stands for a word that no pieces make.</summary>
    public required int Unknown { get; init; }

    /// <summary>Finds the next special token, spelt exactly so; of several in one place the longest. -1: there is none.</summary>
    public int FindSpecial(ReadOnlySpan<char> text, out int length, out int id)
    {
        var searched = 0;
        while (text[searched..].IndexOfAny(_firstOfSpecials) is >= 0 and var found)
        {
            var at = searched + found;
            foreach (var special in _specials)
            {
                if (!text[at..].StartsWith(special.Key, StringComparison.Ordinal)) continue;
                (length, id) = (special.Key.Length, special.Value);
                return at;
            }

            searched = at + 1;
        }

        (length, id) = (0, 0);
        return -1;
    }

    /// <summary>Splits a word into the longest pieces from the left; returns how many, 0 if it cannot.</summary>
    public int Split(ReadOnlySpan<char> word, Span<int> pieces)
    {
        if (!_starts.TryTakeLongest(ref word, out pieces[0])) return 0;
        var count = 1;
        while (!word.IsEmpty)
            if (!_continuations.TryTakeLongest(ref word, out pieces[count++])) return 0;
        return count;
    }

    private readonly struct Pieces(Dictionary<string, int> ids)
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids =
            ids.GetAlternateLookup<ReadOnlySpan<char>>();

        private readonly int _longest = ids.Keys.Select(piece => piece.Length).DefaultIfEmpty().Max();

        public bool TryTakeLongest(ref ReadOnlySpan<char> word, out int id)
        {
            for (var length = Math.Min(word.Length, _longest); length > 0; length--)
            {
                if (!_ids.TryGetValue(word[..length], out id)) continue;
                word = word[length..];
                return true;
            }

            id = 0;
            return false;
        }
    }
}
