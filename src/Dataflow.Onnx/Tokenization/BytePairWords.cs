using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Dataflow.Onnx.Tokenization;

/// <summary>The ids of words, merged once by Microsoft.ML.Tokenizers and kept for when a word comes again.</summary>
internal sealed class BytePairWords(BpeTokenizer merger)
{
    private const int MostWords = 50_000, LongestWord = 32;

    private readonly ConcurrentDictionary<string, int[]> _ids = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The ids of a word, with the space before it.</summary>
    public ReadOnlySpan<int> IdsOf(ReadOnlySpan<char> word)
    {
        if (_ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var ids)) return ids;
        ids = [.. Merge(word)];
        if (word.Length <= LongestWord && _ids.TryAdd(word.ToString(), ids) && Interlocked.Increment(ref _count) == MostWords) Forget();
        return ids;
    }

    /// <summary>Begins anew: texts of today have other words than those of yesterday.</summary>
    private void Forget()
    {
        _ids.Clear();
        Volatile.Write(ref _count, 0);
    }

    private IReadOnlyList<int> Merge(ReadOnlySpan<char> word)
    {
        // Half a pair of surrogates is no character in UTF-8; who reads the text as such has U+FFFD in its place.
        if (word.IndexOfAnyInRange('\ud800', '\udfff') >= 0) word = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(word.ToArray()));
        return merger.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false);
    }
}
