namespace Dataflow.Onnx.Tokenization;

/// <summary>The rules of a byte-level tokenizer.</summary>
/// <param name="Words">The ids of words.</param>
/// <param name="Written">The special tokens that are looked for in the original text.</param>
/// <param name="Normalized">The special tokens that are looked for between them, in the composed text.</param>
/// <param name="Composes">Whether the text is composed (NFC).</param>
internal sealed record BytePairRules(BytePairWords Words, SpecialTokens Written, SpecialTokens Normalized, bool Composes);

/// <summary>Turns one text into ids: finds special tokens, and the words between them.</summary>
/// <param name="rules">The rules of the tokenizer.</param>
/// <param name="ids">The buffer for the ids; the last place is kept for the one that ends the text.</param>
internal ref struct BytePairEncoder(BytePairRules rules, Span<long> ids)
{
    private readonly BytePairRules _rules = rules;
    private readonly Span<long> _ids = ids;
    private int _count;
    private bool _isFull;

    /// <summary>Encodes the whole text between two ids.</summary>
    public EncodedText Encode(int first, scoped ReadOnlySpan<char> text, int last)
    {
        Add(first);
        while (!_isFull && TryTake(_rules.Written, ref text, out var before, out var special))
        {
            AddNormalized(before);
            Add(special.Id);
        }

        AddNormalized(text);
        _ids[_count++] = last;
        return new EncodedText(_count, _isFull);
    }

    private void AddNormalized(scoped ReadOnlySpan<char> text)
    {
        if (_rules.Composes) text = CanonicalCompositions.Compose(text);
        while (!_isFull && TryTake(_rules.Normalized, ref text, out var before, out var special))
        {
            AddWords(before);
            Add(special.Id);
        }

        AddWords(text);
    }

    /// <summary>Takes a text up to and including the next special token.</summary>
    private static bool TryTake(
        SpecialTokens specials, ref ReadOnlySpan<char> text, out ReadOnlySpan<char> before, out SpecialToken special)
    {
        before = default;
        if (specials.Find(text, out special) is not (>= 0 and var at)) return false;
        before = special.TakesSpace ? text[..at].TrimEnd() : text[..at];
        text = text[(at + special.Text.Length)..];
        return true;
    }

    private void AddWords(scoped ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !_isFull)
        {
            var length = ByteLevelWords.LengthOfFirst(text);
            foreach (var id in _rules.Words.IdsOf(text[..length], _ids.Length - _count)) Add(id); // one more than there is room for
            text = text[length..];
        }
    }

    private void Add(int id)
    {
        if (_count < _ids.Length - 1) _ids[_count++] = id;
        else _isFull = true;
    }
}
