using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Tokenization;

namespace Dataflow.Onnx;

/// <summary>Turns text into the token ids of a BERT model, as its own tokenizer did in training.</summary>
/// <remarks>
/// Any UTF-16 is accepted: control, format and private-use characters and lone surrogates are dropped. Special tokens such as
/// <c>[MASK]</c> that are written in a text, exactly so, are the special tokens.
/// May be used by any number of threads at once; allocates nothing per token.
/// </remarks>
public sealed class WordPieceTokenizer
{
    /// <summary>The fewest ids that a text can become: [CLS] and [SEP].</summary>
    public const int LeastTokens = 2;

    private static readonly OnnxOptions s_anyFile = new();

    private readonly Vocabulary _vocabulary;
    private readonly CharacterTable _table;

    private WordPieceTokenizer(Vocabulary vocabulary, BertRules rules)
        => (_vocabulary, _table) = (vocabulary, CharacterTable.Of(rules));

    /// <summary>Reads a <c>vocab.txt</c>: one piece a line, whose number from 0 is its id.</summary>
    /// <param name="path">The vocabulary's file, UTF-8.</param>
    /// <param name="isCased">Whether capitals and accents stay, which the file does not say: as in <c>bert-base-cased</c>.</param>
    /// <exception cref="ModelException">The file does not exist, or lacks [CLS], [SEP] or [UNK].</exception>
    public static WordPieceTokenizer FromVocabulary(string path, bool isCased = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FromVocabulary(path, ModelFile.ReadBytes(path, s_anyFile), isCased);
    }

    /// <summary>Reads a <c>tokenizer.json</c> of Hugging Face that describes a BERT tokenizer, cased or not.</summary>
    /// <remarks>What it says of truncation and padding is left to who calls.</remarks>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelException">The file does not exist or cannot be read, or it describes another tokenizer.</exception>
    public static WordPieceTokenizer FromJson(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FromJson(path, ModelFile.ReadBytes(path, s_anyFile));
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
        return new WordPieceEncoder(_vocabulary, _table, ids, word, pieces).Encode(text);
    }

    internal static WordPieceTokenizer FromVocabulary(string path, byte[] bytes, bool isCased)
        => new(VocabularyFile.Read(path, bytes), new BertRules(!isCased, !isCased, SeparatesIdeographs: true));

    internal static WordPieceTokenizer FromJson(string path, byte[] bytes)
    {
        var (vocabulary, rules) = TokenizerFile.Read(path, bytes);
        return new(vocabulary, rules);
    }

    /// <summary>The ids of a text, cut to what there is room for.</summary>
    internal (long[] Ids, bool IsTruncated) Encode(string text, int mostTokens)
    {
        var ids = new long[mostTokens];
        var encoded = Encode(text, ids);
        return (ids[..encoded.Tokens], encoded.IsTruncated);
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
