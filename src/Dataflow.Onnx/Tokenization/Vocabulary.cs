namespace Dataflow.Onnx.Tokenization;

/// <summary>The pieces of words, and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly Pieces _starts;
    private readonly Pieces _continuations;

    /// <summary>Creates a vocabulary from the pieces that were read.</summary>
    /// <param name="starts">The pieces that begin a word.</param>
    /// <param name="continuations">The pieces that continue a word, without their prefix.</param>
    public Vocabulary(Dictionary<string, int> starts, Dictionary<string, int> continuations)
        => (_starts, _continuations) = (new Pieces(starts), new Pieces(continuations));

    /// <summary>The id of [CLS], which begins every text.</summary>
    public required int First { get; init; }

    /// <summary>The id of [SEP], which ends every text.</summary>
    public required int Last { get; init; }

    /// <summary>The id of [UNK], for a word that no pieces make.</summary>
    public required int Unknown { get; init; }

    /// <summary>The id of [PAD], the padding; 0 where there is none.</summary>
    public required int Padding { get; init; }

    /// <summary>The tokens that are never split where they occur in a text.</summary>
    public required SpecialTokens Specials { get; init; }

    /// <summary>Splits a word into the longest pieces from the left; returns their number, 0 if it cannot.</summary>
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
