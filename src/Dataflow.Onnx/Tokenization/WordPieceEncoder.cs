using System.Text;

namespace Dataflow.Onnx.Tokenization;

/// <summary>Turns one text into ids: collects a word's folded characters, then splits it into pieces.</summary>
/// <param name="vocabulary">The pieces.</param>
/// <param name="table">The kinds of characters.</param>
/// <param name="ids">The buffer for the ids; the last place is kept for [SEP].</param>
/// <param name="word">A work buffer of <see cref="WordCapacity"/> characters.</param>
/// <param name="pieces">A work buffer of <see cref="MaxWordLength"/> ids.</param>
internal ref struct WordPieceEncoder(
    Vocabulary vocabulary, CharacterTable table, Span<long> ids, Span<char> word, Span<int> pieces)
{
    /// <summary>The length in code points of the longest word that is split; a longer one is unknown.</summary>
    public const int MaxWordLength = 100;

    /// <summary>The length of the longest word in UTF-16 units.</summary>
    public const int WordCapacity = 2 * MaxWordLength;

    private readonly Vocabulary _vocabulary = vocabulary;
    private readonly CharacterTable _table = table;
    private readonly Span<long> _ids = ids;
    private readonly Span<char> _word = word;
    private readonly Span<int> _pieces = pieces;
    private int _count;
    private int _units;
    private int _codePoints;
    private bool _isFull;

    /// <summary>Encodes the whole text between [CLS] and [SEP].</summary>
    public EncodedText Encode(ReadOnlySpan<char> text)
    {
        Add(_vocabulary.First);
        AddText(text);
        _ids[_count++] = _vocabulary.Last;
        return new EncodedText(_count, _isFull);
    }

    private void AddText(ReadOnlySpan<char> text)
    {
        while (!_isFull && _vocabulary.Specials.Find(text, out var special) is >= 0 and var at)
        {
            AddWords(text[..at]);
            Add(special.Id);
            text = text[(at + special.Text.Length)..];
        }

        AddWords(text);
    }

    private void AddWords(ReadOnlySpan<char> text)
    {
        var kinds = _table.Kinds;
        var folded = _table.Folded;
        for (var at = 0; at < text.Length && !_isFull; at++)
        {
            var unit = text[at];
            switch (kinds[unit])
            {
                case CharacterKind.Letter:
                    Append(folded[unit]);
                    break;
                case CharacterKind.Space:
                    EndWord();
                    break;
                case CharacterKind.Alone:
                    EndWord();
                    Append(folded[unit]);
                    EndWord();
                    break;
                case CharacterKind.Rare:
                    at += AppendRare(text[at..]) - 1;
                    break;
            }
        }
        EndWord();
    }

    /// <summary>Handles the first code point by the rules themselves; returns the number of its UTF-16 units.</summary>
    private int AppendRare(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out var rune, out var units); // half a pair becomes U+FFFD, which is dropped
        if (ReferenceCharacters.KindOf(rune) == ReferenceKind.Dropped) return units;

        var isIdeograph = _table.Rules.IsIdeograph(rune);
        Span<Rune> parts = stackalloc Rune[CanonicalDecompositions.MaxLength];
        foreach (var part in parts[.._table.Rules.Fold(rune, parts)])
        {
            var isAlone = isIdeograph || ReferenceCharacters.KindOf(part) == ReferenceKind.Punctuation;
            if (isAlone) EndWord();
            Append(part);
            if (isAlone) EndWord();
        }
        return units;
    }

    private void Append(Rune rune)
    {
        if (_codePoints++ < MaxWordLength) _units += rune.EncodeToUtf16(_word[_units..]);
    }

    private void Append(char unit)
    {
        if (_codePoints++ < MaxWordLength) _word[_units++] = unit;
    }

    private void EndWord()
    {
        if (_codePoints == 0) return;
        var count = _codePoints <= MaxWordLength ? _vocabulary.Split(_word[.._units], _pieces) : 0;
        if (count == 0) Add(_vocabulary.Unknown);
        foreach (var piece in _pieces[..count]) Add(piece);
        _units = 0;
        _codePoints = 0;
    }

    private void Add(int id)
    {
        if (_count < _ids.Length - 1) _ids[_count++] = id;
        else _isFull = true;
    }
}
