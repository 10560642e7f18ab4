namespace Dataflow.Onnx.Tokenization;

/// <summary>Cuts texts at white space into parts of so many tokens at most; each begins with the last words of the one before.</summary>
/// <remarks>A tokenizer never makes a token of what stands on both sides of a word's end, so the tokens of words add up. White space
/// is counted with the word behind it: it may be a part of its tokens, or have tokens of its own.</remarks>
/// <param name="tokenizer">Counts.</param>
/// <param name="maxTokens">Of a part, [CLS] and [SEP] included.</param>
/// <param name="overlap">The most tokens that two parts share.</param>
internal sealed class Chunker(TextTokenizer tokenizer, int maxTokens, int overlap)
{
    /// <summary>What a part has room for beside what it shares, at least: a character may be several tokens.</summary>
    public const int MinNew = 8;

    private const int TooMany = int.MaxValue / 4;

    private readonly int _room = maxTokens - TextTokenizer.MinTokens;
    private readonly long[] _ids = new long[maxTokens + 1];

    public IReadOnlyList<TextChunk> Chunk(string text)
    {
        var words = WordsOf(text);
        if (words.Count == 0) return [new TextChunk(0, 0, TextTokenizer.MinTokens, "")];
        var chunks = new List<TextChunk>();
        for (int first = 0, end = 0; end < words.Count; first = Back(words, first, end))
        {
            var tokens = words[first].Alone;
            for (end = first + 1; end < words.Count && tokens + words[end].Behind <= _room; end++) tokens += words[end].Behind;
            var start = words[first].Start;
            chunks.Add(new(chunks.Count, start, tokens + TextTokenizer.MinTokens, text[start..words[end - 1].End]));
        }

        return chunks;
    }

    /// <summary>Where the part behind one begins that ends before a word.</summary>
    private int Back(List<Word> words, int first, int end)
    {
        if (end == words.Count) return end;
        var (next, behind) = (end, 0); // the tokens of the words behind the next one, up to the end
        while (next - 1 > first && words[next - 1].Alone + behind <= overlap && words[next - 1].Alone + behind + words[end].Behind <= _room)
            behind += words[--next].Behind;
        return next;
    }
    /// <summary>What stands between white space, cut where it is too long itself.</summary>
    private List<Word> WordsOf(string text)
    {
        var words = new List<Word>();
        for (int at = 0, before = 0; at < text.Length; before = at)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            for (; at < end; at = words[^1].End, before = -1)
            {
                var (cut, tokens) = LongestFrom(text, at, end);
                words.Add(new(at, cut, tokens, before < 0 ? TooMany : Count(text, before, cut)));
            }
        }

        return words;
    }

    /// <summary>The longest part of a word, or nearly, that fits: where it ends, and its tokens.</summary>
    private (int End, int Tokens) LongestFrom(string text, int start, int end)
    {
        var (fits, fitsTokens, tooLong) = (start, 0, end + 1);
        for (var length = _room; fits < end && tooLong > end; length *= 2) // what follows may be very long
            Try(Math.Min(start + length, end));
        while (tooLong - fits > 1 && fits < end) Try((fits + tooLong) / 2);

        // Not within a pair of surrogates, which is no character if it is cut.
        if (fits - start > 1 && char.IsHighSurrogate(text[fits - 1]) && fits < end) fitsTokens = Count(text, start, --fits);
        return (fits, fitsTokens);

        void Try(int at)
        {
            var tokens = Count(text, start, at);
            if (tokens <= _room) (fits, fitsTokens) = (at, tokens);
            else tooLong = at;
        }
    }

    /// <summary>The tokens of a part of a text, or more than there is room for.</summary>
    private int Count(string text, int start, int end)
    {
        var encoded = tokenizer.Encode(text.AsSpan(start, end - start), _ids);
        return encoded.IsTruncated ? TooMany : encoded.Tokens - TextTokenizer.MinTokens;
    }

    /// <summary>A word, or a part of one.</summary>
    /// <param name="Start">Where it begins.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Alone">Its tokens where a text begins with it.</param>
    /// <param name="Behind">Its tokens, and those of the white space before it, behind another word; too many for a rest of a word,
    /// since a word's tokens are not those of its parts.</param>
    private readonly record struct Word(int Start, int End, int Alone, int Behind);
}
