namespace Dataflow.Onnx.Tokenization;

/// <summary>Cuts texts at white space into parts of so many tokens at most; each begins with the last words of the one before.</summary>
/// <remarks>A tokenizer never makes a token of what stands on both sides of white space, so the tokens of words add up.</remarks>
/// <param name="tokenizer">Counts.</param>
/// <param name="mostTokens">Of a part, [CLS] and [SEP] included.</param>
/// <param name="overlap">The most tokens that two parts share.</param>
internal sealed class Chunker(WordPieceTokenizer tokenizer, int mostTokens, int overlap)
{
    /// <summary>What a part has room for beside what it shares, at least: a character may be several tokens.</summary>
    public const int LeastNew = 8;

    private readonly int _room = mostTokens - WordPieceTokenizer.LeastTokens;
    private readonly long[] _ids = new long[mostTokens + 1];

    public IReadOnlyList<TextChunk> Chunk(string text)
    {
        var words = WordsOf(text);
        if (words.Count == 0) return [new TextChunk(0, 0, WordPieceTokenizer.LeastTokens, text)];
        var chunks = new List<TextChunk>();
        for (int first = 0, end = 0; end < words.Count; first = Back(words, first, end))
        {
            var tokens = 0;
            for (end = first; end < words.Count && tokens + words[end].Tokens <= _room; end++) tokens += words[end].Tokens;
            var start = words[first].Start;
            chunks.Add(new(chunks.Count, start, tokens + WordPieceTokenizer.LeastTokens, text[start..words[end - 1].End]));
        }

        return chunks;
    }

    /// <summary>Where the part behind one begins that ends before a word.</summary>
    private int Back(List<Word> words, int first, int end)
    {
        var next = end;
        for (var shared = 0; next - 1 > first && (shared += words[next - 1].Tokens) <= overlap; next--)
        {
        }

        // The next word must fit beside what is shared.
        while (end < words.Count && next < end && words[next..(end + 1)].Sum(word => word.Tokens) > _room) next++;
        return next;
    }

    /// <summary>What stands between white space, cut where it is too long itself.</summary>
    private List<Word> WordsOf(string text)
    {
        var words = new List<Word>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            while (at < end)
            {
                var word = LongestFrom(text, at, end);
                words.Add(word);
                at = word.End;
            }
        }

        return words;
    }

    /// <summary>The longest part of a word, or nearly, that fits.</summary>
    private Word LongestFrom(string text, int start, int end)
    {
        var tokens = Count(text, start, end);
        if (tokens <= _room) return new(start, end, tokens);
        var (fits, fitsTokens, tooLong) = (start, 0, end);
        while (tooLong - fits > 1)
        {
            var middle = (fits + tooLong) / 2;
            tokens = Count(text, start, middle);
            if (tokens <= _room) (fits, fitsTokens) = (middle, tokens);
            else tooLong = middle;
        }

        // Not within a pair of surrogates, which is dropped if it is cut.
        if (fits - start > 1 && char.IsHighSurrogate(text[fits - 1]) && fits < end) fitsTokens = Count(text, start, --fits);
        return new(start, fits, fitsTokens);
    }

    /// <summary>The tokens of a part of a text, or more than there is room for.</summary>
    private int Count(string text, int start, int end)
    {
        var encoded = tokenizer.Encode(text.AsSpan(start, end - start), _ids);
        return encoded.IsTruncated ? int.MaxValue / 2 : encoded.Tokens - WordPieceTokenizer.LeastTokens;
    }

    private readonly record struct Word(int Start, int End, int Tokens);
}
