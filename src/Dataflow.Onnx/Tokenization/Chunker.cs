namespace Dataflow.Onnx.Tokenization;

/// <summary>Cuts texts at white space into parts with a limited number of tokens; each begins with the last words of the one
/// before.</summary>
/// <remarks>A tokenizer never makes a token across a word's end, so the tokens of words add up. White space is counted with the word behind
/// it: it may be a part of its tokens, or have tokens of its own.</remarks>
/// <param name="tokenizer">Counts the tokens.</param>
/// <param name="maxTokens">The largest number of tokens of a part, [CLS] and [SEP] included.</param>
/// <param name="overlap">The largest number of tokens that two parts share.</param>
internal sealed class Chunker(TextTokenizer tokenizer, int maxTokens, int overlap)
{
    /// <summary>The smallest number of new tokens in a part, beside the shared ones: a character may be several tokens.</summary>
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

    /// <summary>Returns the start of the part behind one that ends before a word.</summary>
    private int Back(List<Word> words, int first, int end)
    {
        if (end == words.Count) return end;
        var (next, behind) = (end, 0); // the tokens of the words behind the next one, up to the end
        while (next - 1 > first && words[next - 1].Alone + behind <= overlap && words[next - 1].Alone + behind + words[end].Behind <= _room)
            behind += words[--next].Behind;
        return next;
    }
    /// <summary>Splits the text at white space into words, and cuts those that are too long.</summary>
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

    /// <summary>Finds the longest part of a word, or nearly, that fits: its end, and its tokens.</summary>
    private (int End, int Tokens) LongestFrom(string text, int start, int end)
    {
        var (fits, fitsTokens, tooLong) = (start, 0, end + 1);
        for (var length = _room; fits < end && tooLong > end; length *= 2) // the rest may be very long
            Try(Math.Min(start + length, end));
        while (tooLong - fits > 1 && fits < end) Try((fits + tooLong) / 2);

        // Not inside a surrogate pair, which is no character if it is cut.
        if (fits - start > 1 && char.IsHighSurrogate(text[fits - 1]) && fits < end) fitsTokens = Count(text, start, --fits);
        return (fits, fitsTokens);

        void Try(int at)
        {
            var tokens = Count(text, start, at);
            if (tokens <= _room) (fits, fitsTokens) = (at, tokens);
            else tooLong = at;
        }
    }

    /// <summary>Counts the tokens of a part of a text; returns more than there is room for if it is too long.</summary>
    private int Count(string text, int start, int end)
    {
        var encoded = tokenizer.Encode(text.AsSpan(start, end - start), _ids);
        return encoded.IsTruncated ? TooMany : encoded.Tokens - TextTokenizer.MinTokens;
    }

    /// <summary>A word, or a part of one.</summary>
    /// <param name="Start">Its start in the text.</param>
    /// <param name="End">Its end in the text.</param>
    /// <param name="Alone">The number of its tokens at the start of a text.</param>
    /// <param name="Behind">The number of its tokens, and of the white space before it, behind another word; too large a number for a rest
    /// of a word, since a word's tokens are not those of its parts.</param>
    private readonly record struct Word(int Start, int End, int Alone, int Behind);
}
