using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx;

/// <summary>Turns text into the token ids of an uncased BERT model, as its own tokenizer did in training.</summary>
/// <remarks>
/// Any UTF-16 is accepted: control, format and private-use characters and lone surrogates are dropped.
/// <c>[CLS]</c>, <c>[SEP]</c>, <c>[MASK]</c>, <c>[PAD]</c> and <c>[UNK]</c> written in a text are the special tokens.
/// May be used by any number of threads at once; allocates nothing per token.
/// </remarks>
public sealed class WordPieceTokenizer
{
    /// <summary>The fewest ids that a text can become: [CLS] and [SEP].</summary>
    public const int LeastTokens = 2;

    private readonly Vocabulary _vocabulary;

    private WordPieceTokenizer(Vocabulary vocabulary) => _vocabulary = vocabulary;

    /// <summary>Reads a <c>vocab.txt</c>: one piece a line, whose number from 0 is its id.</summary>
    /// <param name="path">The vocabulary's file, UTF-8.</param>
    /// <exception cref="ModelException">The file does not exist, or lacks [CLS], [SEP] or [UNK].</exception>
    public static WordPieceTokenizer FromVocabulary(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new WordPieceTokenizer(Vocabulary.Read(path));
    }

    /// <summary>Writes the ids of a text, [CLS] first and [SEP] last.</summary>
    /// <param name="text">The text. An empty one is [CLS] [SEP].</param>
    /// <param name="ids">
    /// Takes the ids, at least <see cref="LeastTokens"/>. A text with more is cut: [SEP] is then in the last place, and
    /// the rest of the text is not looked at.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="ids"/> is too short for [CLS] and [SEP].</exception>
    public EncodedText Encode(ReadOnlySpan<char> text, Span<long> ids)
    {
        if (ids.Length < LeastTokens)
        {
            throw new ArgumentException(
                $"Room for {ids.Length} ids is too little: [CLS] and [SEP] alone take {LeastTokens}.", nameof(ids));
        }
        Span<char> word = stackalloc char[WordPieceEncoder.WordCapacity];
        Span<int> pieces = stackalloc int[WordPieceEncoder.MaxWordLength];
        return new WordPieceEncoder(_vocabulary, ids, word, pieces).Encode(text);
    }

    /// <summary>Gives all ids of a text, however many, [CLS] first and [SEP] last.</summary>
    /// <returns>A new array.</returns>
    public long[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var room = text.Length + LeastTokens; ; room *= 2) // Hangul and the like need more than the length
        {
            var ids = new long[room];
            var encoded = Encode(text, ids);
            if (!encoded.IsTruncated) return ids[..encoded.Tokens];
        }
    }
}
