namespace Dataflow.Onnx.Tokenization;

/// <summary>Turns one text into ids: looks for special tokens, and for the words between them.</summary>
/// <param name="words">The ids of words.</param>
/// <param name="specials">The special tokens, those that are looked for first before the others.</param>
/// <param name="ids">Takes the ids; the last place is kept for the one that ends the text.</param>
internal ref struct BytePairEncoder(BytePairWords words, SpecialTokens[] specials, Span<long> ids)
{
    private readonly BytePairWords _words = words;
    private readonly SpecialTokens[] _specials = specials;
    private readonly Span<long> _ids = ids;
    private int _count;
    private bool _isFull;

    /// <summary>Encodes the whole text between two ids.</summary>
    public EncodedText Encode(int first, ReadOnlySpan<char> text, int last)
    {
        Add(first);
        AddText(text, 0);
        _ids[_count++] = last;
        return new EncodedText(_count, _isFull);
    }

    private void AddText(ReadOnlySpan<char> text, int looked)
    {
        if (looked == _specials.Length)
        {
            AddWords(text);
            return;
        }

        while (!_isFull && _specials[looked].Find(text, out var special) is >= 0 and var at)
        {
            AddText(special.TakesSpace ? text[..at].TrimEnd() : text[..at], looked + 1);
            Add(special.Id);
            text = text[(at + special.Text.Length)..];
        }

        AddText(text, looked + 1);
    }

    private void AddWords(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !_isFull)
        {
            var length = ByteLevelWords.LengthOfFirst(text);
            foreach (var id in _words.IdsOf(text[..length])) Add(id);
            text = text[length..];
        }
    }

    private void Add(int id)
    {
        if (_count < _ids.Length - 1) _ids[_count++] = id;
        else _isFull = true;
    }
}
