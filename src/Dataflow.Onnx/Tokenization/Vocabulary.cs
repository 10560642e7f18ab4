namespace Dataflow.Onnx.Tokenization;

/// <summary>The pieces that words are made of, and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _starts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;
    private readonly int _longestStart;
    private readonly int _longestContinuation;
    private readonly (string Text, int Id)[] _specials;

    private Vocabulary(string path, Dictionary<string, int> starts, Dictionary<string, int> continuations)
    {
        _starts = starts.GetAlternateLookup<ReadOnlySpan<char>>();
        _continuations = continuations.GetAlternateLookup<ReadOnlySpan<char>>();
        _longestStart = starts.Keys.Max(piece => piece.Length);
        _longestContinuation = continuations.Keys.Select(piece => piece.Length).DefaultIfEmpty().Max();

        int Required(string token) =>
            starts.TryGetValue(token, out var id) ? id : throw ModelException.VocabularyLacks(path, token);

        First = Required("[CLS]");
        Last = Required("[SEP]");
        Unknown = Required("[UNK]");
        _specials = [("[CLS]", First), ("[SEP]", Last), ("[UNK]", Unknown)];
        foreach (var token in (ReadOnlySpan<string>)["[MASK]", "[PAD]"])
            if (starts.TryGetValue(token, out var id)) _specials = [.. _specials, (token, id)];
    }

    /// <summary>The id of [CLS], which begins every text.</summary>
    public int First { get; }

    /// <summary>The id of [SEP], which ends every text.</summary>
    public int Last { get; }

    /// <summary>The id of [UNK], which stands for a word that no pieces make.</summary>
    public int Unknown { get; }

    /// <summary>Reads one piece a line; the line's number, from 0, is the id. The later of two equals counts.</summary>
    public static Vocabulary Read(string path)
    {
        if (!File.Exists(path)) throw ModelException.FileMissing(path);
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = 0;
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("##", StringComparison.Ordinal)) continuations[line[2..]] = id++;
            else starts[line] = id++;
        }
        if (starts.Count == 0) throw ModelException.VocabularyLacks(path, "[UNK]");
        return new Vocabulary(path, starts, continuations);
    }

    /// <summary>Finds the special token that <paramref name="text"/> begins with, spelt exactly so.</summary>
    public bool TryFindSpecial(ReadOnlySpan<char> text, out int length, out int id)
    {
        foreach (var special in _specials)
        {
            if (!text.StartsWith(special.Text, StringComparison.Ordinal)) continue;
            (length, id) = (special.Text.Length, special.Id);
            return true;
        }
        (length, id) = (0, 0);
        return false;
    }

    /// <summary>Splits a word into the longest pieces from the left; returns how many, 0 if it cannot.</summary>
    public int Split(ReadOnlySpan<char> word, Span<int> pieces)
    {
        if (!TryTakeLongest(_starts, _longestStart, ref word, out pieces[0])) return 0;
        var count = 1;
        while (!word.IsEmpty)
            if (!TryTakeLongest(_continuations, _longestContinuation, ref word, out pieces[count++])) return 0;
        return count;
    }

    private static bool TryTakeLongest(
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> pieces,
        int longest,
        ref ReadOnlySpan<char> word,
        out int id)
    {
        for (var length = Math.Min(word.Length, longest); length > 0; length--)
        {
            if (!pieces.TryGetValue(word[..length], out id)) continue;
            word = word[length..];
            return true;
        }
        id = 0;
        return false;
    }
}
