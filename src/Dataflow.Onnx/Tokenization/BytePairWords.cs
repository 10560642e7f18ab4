using System.Collections.Concurrent;

namespace Dataflow.Onnx.Tokenization;

/// <summary>A cache of the ids of words, so that each is merged once.</summary>
internal sealed class BytePairWords(BytePairMerges merges)
{
    private const int MaxWords = 50_000, LongestWord = 32;

    private readonly ConcurrentDictionary<string, int[]> _ids = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Returns the ids of a word, with the space before it; of a long one at least as many as are wanted.</summary>
    public ReadOnlySpan<int> IdsOf(ReadOnlySpan<char> word, int wanted)
    {
        if (word.Length > LongestWord) return merges.IdsOf(word, wanted);
        if (_ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var ids)) return ids;
        ids = merges.IdsOf(word, word.Length);
        if (_ids.TryAdd(word.ToString(), ids) && Interlocked.Increment(ref _count) == MaxWords) Forget();
        return ids;
    }

    /// <summary>Clears the cache: the words of texts change over time.</summary>
    private void Forget()
    {
        _ids.Clear();
        Volatile.Write(ref _count, 0);
    }
}
